package dev.headclip.image;

import java.io.Serializable;

/**
 * Which of a file's pictures one is.
 *
 * @param number from 1 on
 * @param count of the file's pages, or frames of an animation, of which the first is looked at
 * @param animation whether it is the first frame of an animation
 */
public record Page(int number, int count, boolean animation) implements Serializable {
  private static final long serialVersionUID = 1;

  public Page {
    if (number < 1 || number > count) {
      throw new IllegalArgumentException("page %d of %d".formatted(number, count));
    }
  }

  /** Of a picture that is alone in its file. */
  public static Page only() {
    return new Page(1, 1, false);
  }

  /** "page 2 of 3", "first of 12 frames"; empty where it is alone. */
  public String text() {
    if (count == 1) {
      return "";
    }
    return animation
        ? "first of %d frames".formatted(count)
        : "page %d of %d".formatted(number, count);
  }
}
