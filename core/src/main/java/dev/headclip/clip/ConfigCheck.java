package dev.headclip.clip;

final class ConfigCheck {
  private ConfigCheck() {}

  /** Far above any CLIP, and low enough that nothing is built for hours from one number. */
  private static final int LARGEST = 1 << 20;

  static void positive(String name, int value) {
    within(name, value, LARGEST);
  }

  static void within(String name, int value, int largest) {
    if (value < 1 || value > largest) {
      throw new IllegalArgumentException(
          "%s is %d, expected 1 to %d".formatted(name, value, largest));
    }
  }
}
