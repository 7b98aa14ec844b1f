package dev.headclip.hub;

import dev.headclip.dataset.DataDigest;

/** Names of files for texts of any kind. */
final class Keys {
  private static final int DIGITS = 32;

  private Keys() {}

  /** 32 digits of the text's SHA-256. */
  static String of(String text) {
    return DataDigest.of(text).substring(0, DIGITS);
  }

  /** The text itself where it can be a name, with part of its digest where not. */
  static String readable(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._-]+", "-");
    return plain.equals(text) && plain.length() <= 100 && !plain.startsWith(".")
        ? plain
        : "%s-%s"
            .formatted(
                plain.substring(0, Math.min(60, plain.length())).replaceFirst("^\\.+", ""),
                of(text).substring(0, 8));
  }
}
