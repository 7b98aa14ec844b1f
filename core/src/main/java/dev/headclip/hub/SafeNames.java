package dev.headclip.hub;

import java.util.Locale;
import java.util.Set;

/** Names that a server or a catalogue gives to files of this machine. */
final class SafeNames {
  /** What Windows keeps for devices, with any ending. */
  private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

  private SafeNames() {}

  /**
   * Nothing but plain parts with single slashes between them.
   *
   * @throws IllegalArgumentException for any other: no file leaves the folder that it is meant for
   */
  static String check(String name) {
    boolean good = name.length() <= 240 && name.matches("[A-Za-z0-9._+@=-]+(/[A-Za-z0-9._+@=-]+)*");
    for (String part : name.split("/", -1)) {
      good &= !part.matches("\\.+") && !part.endsWith(".") && !device(part);
    }
    if (!good) {
      throw new IllegalArgumentException(
          "file name \"%s\", expected letters, digits, dots and dashes, inside the folder"
              .formatted(name));
    }
    return name;
  }

  /** Whether it would pass. */
  static boolean isSafe(String name) {
    try {
      check(name);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean device(String part) {
    String stem = part.toLowerCase(Locale.ROOT).replaceFirst("\\..*", "");
    return DEVICES.contains(stem) || stem.matches("(com|lpt)[0-9]");
  }
}
