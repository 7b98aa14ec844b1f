package dev.headclip.image;

import dev.headclip.internal.image.Container;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a picture's first bytes say that it is, whatever the file's name. */
public enum ImageFormat {
  PNG("PNG", true),
  JPEG("JPEG", true),
  TIFF("TIFF", true),
  BMP("BMP", true),
  GIF("GIF", true),
  WEBP("WebP", true),
  HEIC("HEIC", false),
  AVIF("AVIF", false),
  JPEG_2000("JPEG 2000", false),
  JPEG_XL("JPEG XL", false),
  JPEG_XR("JPEG XR", false),
  ICO("icon (ICO)", false),
  PNM("PNM (PGM, PPM, PFM)", false),
  PSD("Photoshop", false),
  DICOM("DICOM", false),
  EXR("OpenEXR", false),
  DDS("DDS", false),
  RAW("camera raw", false);

  /** Those that can be read, for messages. */
  public static final String READABLE = "PNG, JPEG, TIFF, BMP, GIF or WebP";

  /** As many bytes as {@link #of(byte[])} looks at. */
  private static final int HEAD = 132;

  private static final Set<String> HEIC_BRANDS =
      Set.of("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1");
  private static final Set<String> ENDINGS =
      Set.of("png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "bmp", "dib", "gif", "webp");

  private final String title;
  private final boolean readable;

  ImageFormat(String title, boolean readable) {
    this.title = title;
    this.readable = readable;
  }

  /** Its usual name. */
  public String title() {
    return title;
  }

  /** Whether {@link ImageLoader} decodes it. */
  public boolean readable() {
    return readable;
  }

  /** The form of its file, where that is walked before it is decoded. */
  Container.Kind kind() {
    return Container.Kind.valueOf(name());
  }

  static ImageFormat of(Container.Kind kind) {
    return valueOf(kind.name());
  }

  /** What to say of one that cannot be read. */
  public String refusal() {
    return "a %s file, which is not read; convert it to PNG, JPEG, TIFF or WebP".formatted(title);
  }

  /**
   * Whether a folder search takes a file: by its ending, or else by its content.
   *
   * @return empty for what is no picture; one that is not {@link #readable} is to be said
   */
  public static Optional<ImageFormat> inFolder(Path file) {
    String name = file.getFileName().toString();
    if (name.startsWith(".")) {
      return Optional.empty();
    }
    Optional<ImageFormat> content = of(file);
    // a broken picture is to be told of, not passed over
    return content.isPresent() || !ending(name) ? content : Optional.of(PNG);
  }

  /** Whether a file's name ends as those of pictures that are read do. */
  public static boolean ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot >= 0 && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** The format of a file; empty where it is none, or cannot be read, or is no regular file. */
  public static Optional<ImageFormat> of(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(HEAD));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The format of a file that begins so. */
  public static Optional<ImageFormat> of(byte[] head) {
    String h =
        new String(head, 0, Math.min(HEAD, head.length), StandardCharsets.ISO_8859_1)
            + "\0".repeat(Math.max(0, HEAD - head.length));
    return Optional.ofNullable(of(h, head.length));
  }

  private static ImageFormat of(String h, int length) {
    if (h.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (h.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (h.startsWith("GIF87a") || h.startsWith("GIF89a")) {
      return GIF;
    }
    if (h.startsWith("RIFF") && h.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (h.startsWith("BM") && length >= 26 && h.startsWith("\0\0\0", 15)) {
      return BMP;
    }
    if (h.startsWith("II*\0") || h.startsWith("MM\0*")) {
      return h.startsWith("CR\2", 8) ? RAW : TIFF;
    }
    if (h.startsWith("II+\0\b\0\0\0") || h.startsWith("MM\0+\0\b\0\0")) {
      return TIFF;
    }
    return foreign(h);
  }

  private static ImageFormat foreign(String h) {
    if (h.startsWith("ftyp", 4)) {
      String brand = h.substring(8, 12);
      return brand.equals("avif") || brand.equals("avis")
          ? AVIF
          : HEIC_BRANDS.contains(brand) ? HEIC : brand.equals("crx ") ? RAW : null;
    }
    if (h.startsWith("\0\0\0\fjP  ") || h.startsWith("\u00ff\u004f\u00ff\u0051")) {
      return JPEG_2000;
    }
    if (h.startsWith("\0\0\0\fJXL ") || h.startsWith("\u00ff\n")) {
      return JPEG_XL;
    }
    if (h.startsWith("II\u00bc\1")) {
      return JPEG_XR;
    }
    if (h.startsWith("\0\0\1\0") && h.charAt(4) > 0 && h.charAt(5) == 0 && h.charAt(9) == 0) {
      return ICO;
    }
    if (h.matches("(?s)P[1-7Ff][ \\t\\r\\n].*")) {
      return PNM;
    }
    if (h.startsWith("8BPS\0\1")) {
      return PSD;
    }
    if (h.startsWith("DICM", 128)) {
      return DICOM;
    }
    if (h.startsWith("\u0076\u002f\u0031\u0001")) {
      return EXR;
    }
    return h.startsWith("DDS |\0") ? DDS : h.startsWith("FUJIFILMCCD-RAW") ? RAW : null;
  }
}
