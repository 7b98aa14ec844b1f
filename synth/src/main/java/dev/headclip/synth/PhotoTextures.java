package dev.headclip.synth;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageFormat;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Random crops of texture images in a folder, kept in memory at a modest size. */
final class PhotoTextures implements Textures {
  private static final int KEPT = 384;
  private static final int SMALLEST = 96;
  private static final float REPEATED = 0.2f;

  private final List<RgbImage> images;
  private final Map<String, PhotoTextures> folders;

  private PhotoTextures(List<RgbImage> images, Map<String, PhotoTextures> folders) {
    this.images = images;
    this.folders = folders;
  }

  /** Those of a folder and its subfolders. */
  static PhotoTextures of(Path folder) {
    List<Named> all =
        PictureFiles.below(folder, PhotoTextures::readable).parallelStream()
            .flatMap(f -> load(f).stream().map(i -> new Named(f.getParent(), i)))
            .toList();
    if (all.isEmpty()) {
      throw new HeadClipException("%s: no images, expected textures".formatted(folder));
    }
    Map<String, PhotoTextures> folders = new TreeMap<>();
    all.stream()
        .collect(
            Collectors.groupingBy(
                Named::folder, Collectors.mapping(Named::image, Collectors.toList())))
        .forEach((f, part) -> add(folders, folder, f, new PhotoTextures(part, Map.of())));
    return new PhotoTextures(all.stream().map(Named::image).toList(), folders);
  }

  private static boolean readable(Path file) {
    return ImageFormat.inFolder(file).filter(ImageFormat::readable).isPresent();
  }

  private record Named(Path folder, RgbImage image) {}

  /** Named by the way from the root: a/metal and b/metal stay apart. */
  private static void add(
      Map<String, PhotoTextures> to, Path root, Path folder, PhotoTextures part) {
    Path way =
        root.equals(folder) ? folder.toAbsolutePath().getFileName() : root.relativize(folder);
    to.put(way.toString().replaceAll("[/\\\\]", "_"), part);
  }

  /** The subfolders' own supplies, by name. */
  Map<String, PhotoTextures> folders() {
    return folders;
  }

  /** Empty for what is too small, or no image after all: packages hold all sorts. */
  private static Optional<RgbImage> load(Path file) {
    try {
      RgbImage image = ImageLoader.defaults().load(file);
      int shorter = Math.min(image.width(), image.height());
      return shorter < SMALLEST ? Optional.empty() : Optional.of(fit(image, shorter));
    } catch (HeadClipException e) {
      return Optional.empty();
    }
  }

  private static RgbImage fit(RgbImage image, int shorter) {
    if (shorter <= KEPT) {
      return image;
    }
    double s = (double) KEPT / shorter;
    return PillowResize.BILINEAR.resize(
        image, (int) Math.round(image.width() * s), (int) Math.round(image.height() * s));
  }

  @Override
  public Textures evenly(double share) {
    return new EvenTextures(this, share);
  }

  @Override
  public String description() {
    return images.size() + " photographs";
  }

  @Override
  public Sample sample(int width, int height, RandomGenerator r) {
    RgbImage image = images.get(r.nextInt(images.size()));
    int shorter = Math.min(image.width(), image.height());
    // game textures are made to be laid side by side
    int times = r.nextFloat() < REPEATED ? 2 + r.nextInt(2) : 1;
    double share = times > 1 ? 1 : 0.4 + 0.6 * r.nextDouble();
    int side = Math.max(SMALLEST * 2 / 3, (int) (shorter * share));
    RgbImage part =
        image.crop(
            r.nextInt(image.width() - side + 1), r.nextInt(image.height() - side + 1), side, side);
    Picture whole = Picture.of(PillowResize.BILINEAR.resize(part, width, height));
    Picture p = times > 1 ? whole.tiled(times) : whole;
    return new Sample(turned(p, r.nextInt(8)), "textured surface");
  }

  /** One of the eight ways to lay a square. */
  private static Picture turned(Picture p, int way) {
    int w = p.width();
    return p.width() != p.height()
        ? p
        : p.map(
            (i, c, v) -> {
              int x = i % w;
              int y = i / w;
              int u = (way & 1) == 0 ? x : w - 1 - x;
              int t = (way & 2) == 0 ? y : w - 1 - y;
              return p.planes()[c][(way & 4) == 0 ? t * w + u : u * w + t];
            });
  }
}
