package dev.headclip.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Outcome;
import dev.headclip.map.Region;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One line of results for each image, in one of three forms. */
sealed interface Report {
  /** A line before all others. */
  default Optional<String> header() {
    return Optional.empty();
  }

  String scored(Outcome.Scored s, Optional<Path> map, Optional<Path> overlay);

  String failed(Outcome.Failed f);

  static Report of(DetectCommand.Format format, String model) {
    return switch (format) {
      case text -> new Text();
      case json -> new Json(model);
      case csv -> new Csv(model);
    };
  }

  /** Six decimals: more than a float32 score holds. */
  private static double rounded(double v) {
    return Math.round(v * 1e6) / 1e6;
  }

  /** For people. */
  record Text() implements Report {
    @Override
    public String scored(Outcome.Scored s, Optional<Path> map, Optional<Path> overlay) {
      Detection d = s.detection();
      String line =
          "%-9s  %.3f  %s".formatted(d.anomalous() ? "ANOMALOUS" : "normal", d.score(), s.image());
      return d.anomalous() && !d.regions().isEmpty() ? line + "  " + regions(d) : line;
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
    public String failed(Outcome.Failed f) {
      return "headclip: %s: %s".formatted(f.image(), f.error());
    }
  }

  /** One JSON object a line. */
  record Json(String model) implements Report {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String scored(Outcome.Scored s, Optional<Path> map, Optional<Path> overlay) {
      Detection d = s.detection();
      ObjectNode o = JSON.createObjectNode();
      o.put("image", s.image().toString());
      o.put("score", rounded(d.score()));
      o.put("global_score", rounded(d.globalScore()));
      o.put("local_score", rounded(d.localScore()));
      o.put("anomalous", d.anomalous()).put("threshold", d.threshold());
      o.put("width", d.width()).put("height", d.height());
      o.putArray("regions");
      for (Region r : d.regions()) {
        ObjectNode region = o.withArray("regions").addObject();
        region.putArray("box").add(r.x()).add(r.y()).add(r.width()).add(r.height());
        region.put("area", rounded(r.area())).put("peak", rounded(r.peak()));
      }
      map.ifPresent(p -> o.put("map", p.toString()));
      overlay.ifPresent(p -> o.put("overlay", p.toString()));
      o.put("model", model).put("ms", Math.round(d.milliseconds() * 10) / 10.0);
      return o.toString();
    }

    @Override
    public String failed(Outcome.Failed f) {
      return JSON.createObjectNode()
          .put("image", f.image().toString())
          .put("error", f.error())
          .toString();
    }
  }

  /** RFC 4180. */
  record Csv(String model) implements Report {
    @Override
    public Optional<String> header() {
      return Optional.of(
          "image,score,global_score,local_score,anomalous,threshold,width,height,regions,map,overlay,model,ms,error");
    }

    @Override
    public String scored(Outcome.Scored s, Optional<Path> map, Optional<Path> overlay) {
      Detection d = s.detection();
      return row(
          List.of(
              s.image(),
              rounded(d.score()),
              rounded(d.globalScore()),
              rounded(d.localScore()),
              d.anomalous(),
              d.threshold(),
              d.width(),
              d.height(),
              d.regions().size(),
              map.map(Path::toString).orElse(""),
              overlay.map(Path::toString).orElse(""),
              model,
              Math.round(d.milliseconds() * 10) / 10.0,
              ""));
    }

    @Override
    public String failed(Outcome.Failed f) {
      List<Object> cells = new ArrayList<>(List.of(f.image()));
      for (int i = 0; i < 12; i++) {
        cells.add("");
      }
      cells.add(f.error());
      return row(cells);
    }

    private static String row(List<?> cells) {
      return String.join(",", cells.stream().map(c -> quoted(c.toString())).toList());
    }

    private static String quoted(String cell) {
      return cell.matches("(?s).*[\",\r\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
  }
}
