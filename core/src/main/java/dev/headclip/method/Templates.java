package dev.headclip.method;

/**
 * The words behind the learned prompt tokens: the prompt of template T reads {@code X X .. X T.}
 *
 * @param normal describes a normal image, "object"
 * @param abnormal describes an anomalous one, "damaged object"
 */
public record Templates(String normal, String abnormal) {
  public Templates {
    check("normal", normal);
    check("abnormal", abnormal);
  }

  /** The paper's words. */
  public static Templates defaults() {
    return new Templates("object", "damaged object");
  }

  private static void check(String side, String text) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException("templates.%s is empty, expected words".formatted(side));
    }
  }
}
