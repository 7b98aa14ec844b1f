package dev.headclip.results;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.internal.text.Printable;
import dev.headclip.map.Region;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One line of results for each image, in one of three forms. */
public sealed interface Report {
  /** A line before all others. */
  default Optional<String> header() {
    return Optional.empty();
  }

  /**
   * An image that was scored.
   *
   * @param map a file that the map was written to
   * @param overlay a picture that was drawn
   */
  String scored(String image, Detection d, Optional<Path> map, Optional<Path> overlay);

  /** An image that could not be; {@code error}: one line. */
  String failed(String image, String error);

  /**
   * Of a form.
   *
   * @param model its name
   * @param guard whether cells of CSV that look like formulas are made plain text
   * @param compared what the images were compared with, for JSON
   */
  static Report of(ResultFormat format, String model, boolean guard, Optional<Compared> compared) {
    return switch (format) {
      case text, coco -> new Text();
      case json -> new Json(model, compared);
      case csv -> new Csv(model, guard);
    };
  }

  /**
   * What images were compared with.
   *
   * @param scorer fitted to it
   * @param count of references, or of the batch
   * @param batch whether the images themselves were used
   */
  record Compared(String scorer, int count, boolean batch) {
    /** Of a detector's references, where it has such. */
    public static Optional<Compared> of(Detector detector) {
      return detector
          .references()
          .map(r -> new Compared(r.settings().scorer().key(), r.references(), false));
    }

    /** The field {@code references} of results. */
    public ObjectNode json() {
      ObjectNode o = JsonNodeFactory.instance.objectNode();
      return o.put("scorer", scorer).put("count", count).put("batch", batch);
    }

    /** In words. */
    public String text() {
      return batch
          ? "compared with one another"
          : "compared with %d reference%s".formatted(count, count == 1 ? "" : "s");
    }
  }

  /** For people. */
  record Text() implements Report {
    @Override
    public String scored(String image, Detection d, Optional<Path> map, Optional<Path> overlay) {
      String page = d.page().text();
      String line =
          "%-9s  %.3f  %s%s"
              .formatted(
                  d.anomalous() ? "ANOMALOUS" : "normal",
                  d.score(),
                  Printable.line(image),
                  page.isEmpty() ? "" : " (" + page + ")");
      if (d.regions().isEmpty()) {
        return line;
      }
      return line + "  " + (d.anomalous() ? regions(d) : "(map only: " + regions(d) + ")");
    }

    private static String regions(Detection d) {
      Region first = d.regions().get(0);
      String more = d.regions().size() == 1 ? "" : " and %d more".formatted(d.regions().size() - 1);
      return String.format(
          Locale.ROOT,
          "[%dx%d at (%d,%d), %.1f %% of the image, peak %.2f%s]",
          first.width(),
          first.height(),
          first.x(),
          first.y(),
          100 * first.area(),
          first.peak(),
          more);
    }

    @Override
    public String failed(String image, String error) {
      return Printable.line("headclip: %s: %s".formatted(image, error));
    }
  }

  /** One JSON object a line. */
  record Json(String model, Optional<Compared> compared) implements Report {
    @Override
    public String scored(String image, Detection d, Optional<Path> map, Optional<Path> overlay) {
      ObjectNode o = DetectionJson.of(image, d, model, map, overlay);
      compared.ifPresent(c -> o.set("references", c.json()));
      return o.toString();
    }

    @Override
    public String failed(String image, String error) {
      return DetectionJson.failed(image, error).toString();
    }
  }

  /** RFC 4180. */
  record Csv(String model, boolean guard) implements Report {
    @Override
    public Optional<String> header() {
      return Optional.of(
          "image,score,global_score,local_score,anomalous,threshold,width,height,regions,map,overlay,model,ms,raw_score,map_threshold,region_boxes,error");
    }

    @Override
    public String scored(String image, Detection d, Optional<Path> map, Optional<Path> overlay) {
      return row(
          List.of(
              image,
              DetectionJson.rounded(d.score()),
              DetectionJson.rounded(d.globalScore()),
              DetectionJson.rounded(d.localScore()),
              d.anomalous(),
              d.threshold(),
              d.width(),
              d.height(),
              d.regions().size(),
              map.map(Path::toString).orElse(""),
              overlay.map(Path::toString).orElse(""),
              model,
              DetectionJson.tenths(d.milliseconds()),
              d.raw().map(r -> String.valueOf(r.score())).orElse(""),
              d.mapThreshold(),
              boxes(d),
              ""));
    }

    @Override
    public String failed(String image, String error) {
      List<Object> cells = new ArrayList<>(List.of(image));
      for (int i = 0; i < 15; i++) {
        cells.add("");
      }
      cells.add(error);
      return row(cells);
    }

    /** Each region as "x y width height peak score area centroid_x centroid_y". */
    private static String boxes(Detection d) {
      return d.regions().stream()
          .map(
              r ->
                  String.format(
                      Locale.ROOT,
                      "%d %d %d %d %.4f %.4f %.6f %.1f %.1f",
                      r.x(),
                      r.y(),
                      r.width(),
                      r.height(),
                      r.peak(),
                      r.score(),
                      r.area(),
                      r.centroidX(),
                      r.centroidY()))
          .collect(Collectors.joining("; "));
    }

    private String row(List<?> cells) {
      return String.join(",", cells.stream().map(c -> quoted(guarded(c))).toList());
    }

    /** A spreadsheet runs what begins like a formula. */
    private String guarded(Object cell) {
      String text = cell.toString();
      boolean formula = cell instanceof String && text.matches("(?s)[=+\\-@\t\r].*");
      return guard && formula ? "'" + text : text;
    }

    private static String quoted(String cell) {
      return cell.matches("(?s).*[\",\r\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
  }
}
