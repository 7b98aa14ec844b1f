package dev.headclip.internal.text;

import java.util.Locale;

/** Names as people may see them: what would steer a terminal or begin a line is shown escaped. */
public final class Printable {
  private Printable() {}

  /** A part of one line; control characters as backslash, u and four digits. */
  public static String line(String text) {
    return shown(text, false);
  }

  /** The same of text of several lines. */
  public static String lines(String text) {
    return shown(text, true);
  }

  private static String shown(String text, boolean lines) {
    StringBuilder s = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = c == '\t' || lines && (c == '\n' || c == '\r');
      if (!allowed && (Character.isISOControl(c) || misleads(c))) {
        s.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        s.append(c);
      }
    }
    return s.toString();
  }

  /** What makes a text read otherwise than it is written. */
  private static boolean misleads(char c) {
    return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x2028 || c == 0x2029;
  }
}
