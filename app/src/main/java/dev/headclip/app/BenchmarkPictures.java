package dev.headclip.app;

import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapReader;
import dev.headclip.image.MapWriter;
import dev.headclip.image.Overlay;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.report.Html;
import dev.headclip.map.AnomalyMap;
import dev.headclip.training.TrainingData;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Figure 3: chosen images with their masks and every variant's map, as a page and a picture. Each
 * map is shown from its own lowest to its own highest value.
 */
final class BenchmarkPictures {
  private static final int SIDE = 160;
  private static final int SHOWN_SIDE = 112;
  private static final int GAP = 6;
  private static final int HEAD = 22;

  private final BenchmarkPlan plan;
  private final Path folder;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Map<Path, byte[]> decoded = new HashMap<>();

  /** One image with its maps by variant. */
  private record Row(String title, Sample sample, Map<String, Path> maps) {}

  /**
   * @param folder where maps are kept
   */
  BenchmarkPictures(BenchmarkPlan plan, Path folder) {
    this.plan = plan;
    this.folder = folder;
  }

  /** The places of a target's images that are shown. */
  List<Integer> chosen(TrainingData on) {
    List<Sample> samples = on.samples();
    List<Integer> anomalous =
        IntStream.range(0, samples.size())
            .filter(i -> samples.get(i).anomalous())
            .boxed()
            .sorted((a, b) -> Boolean.compare(masked(samples.get(b)), masked(samples.get(a))))
            .toList();
    long withMask = anomalous.stream().filter(i -> masked(samples.get(i))).count();
    List<Integer> from = withMask > 0 ? anomalous.subList(0, (int) withMask) : anomalous;
    TreeSet<Integer> all = new TreeSet<>();
    int wanted = Math.min(plan.pictures().perSet(), from.size());
    for (int k = 0; k < wanted; k++) {
      all.add(from.get((int) ((k + 0.5) * from.size() / wanted)));
    }
    for (String end : plan.pictures().named()) {
      IntStream.range(0, samples.size())
          .filter(i -> samples.get(i).image().endsWith(Path.of(end)))
          .forEach(all::add);
    }
    return List.copyOf(all);
  }

  private static boolean masked(Sample s) {
    return s.mask().isPresent();
  }

  /** Where the map of an image lies. */
  private Path file(String cell, int index) {
    return folder.resolve(cell + "__" + index + ".npy");
  }

  /** Whether a cell's maps are there. */
  boolean has(String cell, TrainingData on) {
    return chosen(on).stream().allMatch(i -> Files.exists(file(cell, i)));
  }

  /** Keeps a map. */
  void keep(String cell, int index, AnomalyMap map) {
    AtomicFiles.write(file(cell, index), out -> MapWriter.npy(map, out));
  }

  /** Shows the maps of a cell that is done. */
  void show(String cell, String target, String variant, TrainingData on) {
    for (int i : chosen(on)) {
      Sample s = on.samples().get(i);
      String title = "%s, %s".formatted(target, s.category());
      rows.computeIfAbsent(target + " " + i, k -> new Row(title, s, new LinkedHashMap<>()))
          .maps
          .putIfAbsent(variant, file(cell, i));
    }
  }

  /** Writes figure3.html and figure3.png, where there is anything to show. */
  boolean write(Path out) {
    if (rows.isEmpty()) {
      return false;
    }
    List<String> variants = List.copyOf(plan.variants().keySet());
    List<List<byte[]>> pictures = new ArrayList<>();
    rows.values().forEach(r -> pictures.add(pictures(r, variants)));
    AtomicFiles.writeText(out.resolve("figure3.html"), page(variants, pictures));
    AtomicFiles.write(
        out.resolve("figure3.png"), to -> ImageIO.write(drawn(variants, pictures), "png", to));
    return true;
  }

  /** Picture, mask, maps as JPEG; empty where one is missing. */
  private List<byte[]> pictures(Row r, List<String> variants) {
    List<byte[]> all = new ArrayList<>();
    all.add(small(r.sample.image()));
    all.add(r.sample.mask().map(this::small).orElseGet(() -> new byte[0]));
    for (String v : variants) {
      Path map = r.maps.get(v);
      all.add(
          map != null && Files.exists(map)
              ? jpeg(Overlay.heat(MapReader.read(map).resize(SIDE, SIDE)))
              : new byte[0]);
    }
    return all;
  }

  /** Pages are written after every cell, the pictures in them are made once. */
  private byte[] small(Path file) {
    return decoded.computeIfAbsent(file, f -> jpeg(ImageLoader.defaults().load(f)));
  }

  private static byte[] jpeg(RgbImage image) {
    return ImageWriter.jpeg(PillowResize.BILINEAR.resize(image, SIDE, SIDE));
  }

  private static List<String> heads(List<String> variants) {
    List<String> all = new ArrayList<>(List.of("image", "mask"));
    all.addAll(variants);
    return all;
  }

  private String page(List<String> variants, List<List<byte[]>> pictures) {
    List<String> heads = heads(variants);
    List<String> columns = new ArrayList<>(List.of(""));
    columns.addAll(heads);
    List<List<String>> table = new ArrayList<>();
    for (Row r : rows.values()) {
      List<byte[]> cells = pictures.get(table.size());
      List<String> row = new ArrayList<>();
      row.add(
          "%s<br><span class=\"mute\">%s</span>"
              .formatted(Html.escape(r.title), Html.escape(r.sample.image().getFileName())));
      for (int c = 0; c < cells.size(); c++) {
        row.add(img(cells.get(c), heads.get(c) + " of " + r.title));
      }
      table.add(row);
    }
    return Html.page(
        plan.title() + ": maps side by side",
        "<div class=\"maps\">"
            + Html.tableOf(columns, table)
            + "</div><p class=\"mute\">Each map from its own lowest value (black) to its own highest"
            + " (pale yellow): they show where, not how much.</p>");
  }

  private static String img(byte[] jpeg, String alt) {
    return jpeg.length == 0
        ? "<span class=\"mute\">none</span>"
        : Html.image(jpeg, SHOWN_SIDE, alt);
  }

  private BufferedImage drawn(List<String> variants, List<List<byte[]>> pictures) {
    List<String> heads = heads(variants);
    int width = GAP + heads.size() * (SIDE + GAP);
    int height = HEAD + pictures.size() * (SIDE + HEAD);
    BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = all.createGraphics();
    try {
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, width, height);
      g.setColor(Color.BLACK);
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
      for (int c = 0; c < heads.size(); c++) {
        g.setClip(GAP + c * (SIDE + GAP), 0, SIDE, HEAD);
        g.drawString(heads.get(c), GAP + c * (SIDE + GAP), 15);
      }
      g.setClip(null);
      int y = HEAD;
      int at = 0;
      for (Row r : rows.values()) {
        g.drawString(r.title, GAP, y + 14);
        List<byte[]> cells = pictures.get(at++);
        for (int c = 0; c < cells.size(); c++) {
          if (cells.get(c).length > 0) {
            BufferedImage one = ImageIO.read(new ByteArrayInputStream(cells.get(c)));
            g.drawImage(one, GAP + c * (SIDE + GAP), y + HEAD - 4, null);
          }
        }
        y += SIDE + HEAD;
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      g.dispose();
    }
  }
}
