package dev.headclip.internal.image;

/** Files that hold one picture or an animation. */
public final class Containers {
  private Containers() {}

  /**
   * Walks a file to its end.
   *
   * @throws dev.headclip.HeadClipException where it is cut or damaged, in one line
   */
  public static Container read(Container.Kind kind, byte[] bytes) {
    return switch (kind) {
      case PNG -> PngFile.read(bytes);
      case JPEG -> JpegFile.read(bytes);
      case GIF -> GifFile.read(bytes);
      case WEBP -> WebpFile.read(bytes);
      case BMP -> BmpFile.read(bytes);
    };
  }
}
