package dev.headclip.internal.image;

/**
 * A file that was walked to its end and found whole.
 *
 * @param kind of {@code picture}
 * @param picture bytes that hold one picture and nothing that a decoder does not need
 * @param width of the picture as stored, pixels
 * @param height of the picture
 * @param orientation tag value, 1 to 8
 * @param lossy whether numbers may differ from those that were drawn
 * @param frames of an animation; 1 for a still picture
 */
public record Container(
    Kind kind, byte[] picture, int width, int height, int orientation, boolean lossy, int frames) {
  /** The forms of files. */
  public enum Kind {
    PNG,
    JPEG,
    GIF,
    WEBP,
    BMP
  }
}
