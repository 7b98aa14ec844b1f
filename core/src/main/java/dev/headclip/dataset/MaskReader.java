package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Orientation;
import dev.headclip.image.Picture;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Masks as the reference repositories read them (AnomalyCLIP's dataset.py:71-72, train.py:64-66):
 * what is above 0 is anomalous. Beyond them: a folder of masks is joined; a lossy file is cut at
 * half brightness; a mask that was drawn over stored pixels is turned with its image; one of
 * another shape is refused.
 */
public final class MaskReader {
  private static final int HALF = 128;

  private MaskReader() {}

  /** What had to be done to a mask, for the user. */
  public enum Note {
    TURNED("masks are of the stored size and were turned as their images' orientation tags say"),
    GUESSED(
        "masks have no orientation tag while their images have one; taken as drawn over the stored pixels and turned"),
    LOSSY("masks are lossy (JPEG or WebP) and were cut at half brightness"),
    SCALED("masks are of another size than their images, of the same shape, and were scaled");

    private final String text;

    Note(String text) {
      this.text = text;
    }

    /** With the number of masks. */
    public String text(int count) {
      return count + " " + text;
    }
  }

  /**
   * A mask as its image is seen.
   *
   * @param notes what was done to it
   */
  public record Read(Mask mask, Set<Note> notes) {}

  /**
   * An image's mask.
   *
   * @param file of the mask, or a folder of several
   * @param image it belongs to: its size and orientation
   * @throws HeadClipException naming the mask
   */
  public static Read read(ImageLoader loader, Path file, ImageLoader.Header image) {
    try {
      Set<Note> notes = EnumSet.noneOf(Note.class);
      Mask mask = joined(file, f -> oriented(loader.mask(f), image, notes));
      checkShape(mask, image, notes);
      return new Read(mask, notes);
    } catch (HeadClipException e) {
      throw new HeadClipException("mask %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The files of a mask. */
  static List<Path> files(Path mask) {
    return Files.isDirectory(mask) ? Folders.images(mask) : List.of(mask);
  }

  /** What any of a mask's files says; they are of one size. */
  private static Mask joined(Path mask, Function<Path, Mask> read) {
    List<Mask> all = files(mask).stream().map(read).toList();
    if (all.stream().anyMatch(m -> !m.sameSize(all.get(0)))) {
      throw new HeadClipException("the masks in it differ in size");
    }
    return all.stream()
        .reduce(Mask::or)
        .orElseThrow(() -> new HeadClipException("a folder without masks"));
  }

  private static Mask oriented(Picture p, ImageLoader.Header image, Set<Note> notes) {
    int tag = image.orientation();
    boolean own = p.orientation() != 1 || tag == 1;
    RgbImage picture = p.image();
    if (!own) {
      boolean swapped = image.width() != image.storedWidth();
      boolean stored =
          sameShape(picture.width(), picture.height(), image.storedWidth(), image.storedHeight());
      boolean seen = sameShape(picture.width(), picture.height(), image.width(), image.height());
      if (stored) {
        notes.add(swapped && !seen ? Note.TURNED : Note.GUESSED);
        picture = Orientation.of(tag).apply(picture);
      }
    }
    if (p.lossy()) {
      notes.add(Note.LOSSY);
    }
    return binary(picture, p.lossy());
  }

  /** Whether one is the other, or a scaled copy, but for rounding. */
  private static boolean sameShape(int w, int h, int width, int height) {
    return Math.abs((double) w * height / width - h) <= 1
        || Math.abs((double) h * width / height - w) <= 1;
  }

  private static void checkShape(Mask m, ImageLoader.Header image, Set<Note> notes) {
    if (!sameShape(m.width(), m.height(), image.width(), image.height())) {
      throw new HeadClipException(
          "is %dx%d, its image %dx%d"
              .formatted(m.width(), m.height(), image.width(), image.height()));
    }
    if (m.width() != image.width() || m.height() != image.height()) {
      notes.add(Note.SCALED);
    }
  }

  /** A mask alone, whose image is not known; resized bilinearly, then a half or more stays. */
  public static byte[] fitted(ImageLoader loader, Path file, int width, int height) {
    try {
      return resized(joined(file, f -> binary(loader.mask(f))), width, height);
    } catch (HeadClipException e) {
      throw new HeadClipException("mask %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Whether anything in a mask's file is anomalous. */
  static boolean any(ImageLoader loader, Path file) {
    return !binary(loader.mask(file)).empty();
  }

  /** 1 where the image is not black. */
  public static Mask binary(RgbImage image) {
    return binary(image, false);
  }

  private static Mask binary(Picture p) {
    return binary(p.image(), p.lossy());
  }

  /** What was stored lossily is cut at half brightness. */
  private static Mask binary(RgbImage image, boolean lossy) {
    int from = lossy ? HALF : 1;
    byte[] out = new byte[image.width() * image.height()];
    byte[] rgb = image.rgb();
    for (int i = 0; i < out.length; i++) {
      int most =
          Math.max(rgb[3 * i] & 0xff, Math.max(rgb[3 * i + 1] & 0xff, rgb[3 * i + 2] & 0xff));
      out[i] = (byte) (most >= from ? 1 : 0);
    }
    return new Mask(image.width(), image.height(), out);
  }

  /** Resized to {@code size} x {@code size}, 0 or 1. */
  public static byte[] square(Mask mask, int size) {
    return resized(mask, size, size);
  }

  /** Resized bilinearly, then a half or more stays: 0 or 1. */
  public static byte[] resized(Mask mask, int width, int height) {
    if (mask.width() == width && mask.height() == height) {
      return mask.values();
    }
    byte[] bright = new byte[mask.values().length];
    for (int i = 0; i < bright.length; i++) {
      bright[i] = (byte) (mask.values()[i] * 255);
    }
    byte[] resized =
        PillowResize.BILINEAR.resize(bright, mask.width(), mask.height(), 1, width, height);
    byte[] out = new byte[resized.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) ((resized[i] & 0xff) >= 128 ? 1 : 0);
    }
    return out;
  }
}
