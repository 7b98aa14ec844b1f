package dev.headclip.clip;

final class ConfigCheck {
  private ConfigCheck() {}

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d, expected at least 1".formatted(name, value));
    }
  }
}
