package dev.headclip.method;

import java.util.Objects;

/**
 * What the images show, for methods whose sentences name it.
 *
 * @param text as in "metal_nut"; "object" where nobody said
 */
public record ClassName(String text) {
  private static final ClassName UNKNOWN = new ClassName("object");

  public ClassName {
    Objects.requireNonNull(text, "text");
    if (text.isBlank()) {
      throw new IllegalArgumentException("class_name is empty, expected a word");
    }
  }

  /** Nobody said. */
  public static ClassName unknown() {
    return UNKNOWN;
  }

  @Override
  public String toString() {
    return text;
  }
}
