package dev.headclip.synth;

import dev.headclip.HeadClipException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** Pictures of single things with transparent ground; every folder of them is drawn as often. */
final class Cutouts {
  private record Folder(String name, List<BufferedImage> images) {}

  private static final int KEPT = 288;
  private static final int SMALLEST = 56;
  private static final double LEAST_CLEAR = 0.03;

  private final List<Folder> folders;

  private Cutouts(List<Folder> folders) {
    this.folders = folders;
  }

  /** Those of a folder and its subfolders; files that are no cut-outs are passed over. */
  static Cutouts of(Path folder) {
    TreeMap<Path, List<BufferedImage>> all =
        PictureFiles.below(folder, f -> f.toString().toLowerCase(Locale.ROOT).endsWith(".png"))
            .parallelStream()
            .flatMap(f -> load(f).stream().map(i -> Map.entry(f, i)))
            .collect(
                Collectors.groupingBy(
                    e -> e.getKey().getParent(),
                    TreeMap::new,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    if (all.isEmpty()) {
      throw new HeadClipException(
          "%s: no pictures with transparent ground, expected PNG files".formatted(folder));
    }
    return new Cutouts(
        all.entrySet().stream()
            .map(e -> new Folder(e.getKey().getFileName().toString(), e.getValue()))
            .toList());
  }

  private static Optional<BufferedImage> load(Path file) {
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      boolean fit =
          image != null
              && image.getColorModel().hasAlpha()
              && Math.max(image.getWidth(), image.getHeight()) >= SMALLEST;
      return fit ? Optional.of(kept(image)).filter(Cutouts::hasGround) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static BufferedImage kept(BufferedImage image) {
    double s = Math.min(1, (double) KEPT / Math.max(image.getWidth(), image.getHeight()));
    int w = Math.max(1, (int) (image.getWidth() * s));
    int h = Math.max(1, (int) (image.getHeight() * s));
    BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB);
    paint(out, image, 0, 0, w, h, 0);
    return out;
  }

  private static boolean hasGround(BufferedImage image) {
    int clear = 0;
    int solid = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int a = image.getRGB(x, y) >>> 24;
        clear += a < 16 ? 1 : 0;
        solid += a > 240 ? 1 : 0;
      }
    }
    int all = image.getWidth() * image.getHeight();
    return clear > LEAST_CLEAR * all && solid > LEAST_CLEAR * all;
  }

  private static void paint(
      BufferedImage on, BufferedImage what, int x, int y, int w, int h, double angle) {
    Graphics2D g = on.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.rotate(angle, x + w / 2.0, y + h / 2.0);
    g.drawImage(what, x, y, w, h, null);
    g.dispose();
  }

  /** The subfolders' own supplies, by name. */
  Map<String, Cutouts> folders() {
    Map<String, Cutouts> all = new TreeMap<>();
    folders.forEach(f -> all.put(f.name(), new Cutouts(List.of(f))));
    return all;
  }

  String description() {
    return folders.stream().mapToInt(f -> f.images().size()).sum() + " cut-outs";
  }

  /**
   * One thing, its picture and its outline.
   *
   * @param picture size x size; colours beyond the outline mean nothing
   * @param inside 1 on the thing, 0 beside it
   */
  record Thing(Picture picture, Field inside) {}

  /** A thing laid anyhow, filling a third to nearly all of the picture. */
  Thing sample(int size, RandomGenerator r) {
    List<BufferedImage> folder = folders.get(r.nextInt(folders.size())).images();
    BufferedImage image = folder.get(r.nextInt(folder.size()));
    double longest = size * (0.5 + 0.45 * r.nextDouble());
    double s = longest / Math.max(image.getWidth(), image.getHeight());
    int w = Math.max(2, (int) (image.getWidth() * s));
    int h = Math.max(2, (int) (image.getHeight() * s));
    double play = size - longest;
    int x = (int) ((size - w) / 2.0 + play * (r.nextDouble() - 0.5));
    int y = (int) ((size - h) / 2.0 + play * (r.nextDouble() - 0.5));
    double angle = r.nextFloat() < 0.5f ? 0 : r.nextDouble() * 2 * Math.PI;
    BufferedImage on = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    paint(on, image, x, y, w, h, angle);
    return thing(on, size);
  }

  private static Thing thing(BufferedImage image, int size) {
    int[] argb = image.getRGB(0, 0, size, size, null, 0, size);
    Picture p = Picture.blank(size, size);
    Field inside = Field.zeros(size, size);
    for (int i = 0; i < argb.length; i++) {
      inside.values()[i] = (argb[i] >>> 24) / 255f;
      for (int c = 0; c < 3; c++) {
        // as with drawn surfaces: a defect must have room to show
        p.planes()[c][i] = 0.03f + 0.92f * (argb[i] >> (16 - 8 * c) & 0xff) / 255f;
      }
    }
    return new Thing(p, inside);
  }
}
