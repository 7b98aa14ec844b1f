package dev.headclip.training.cache;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them: "40g", "500m". */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([kmgt]?)i?b?");
  private static final String UNITS = "kmgt";

  private ByteSize() {}

  /**
   * @param flag for the message
   * @throws IllegalArgumentException where {@code text} is no amount
   */
  public static long parse(String flag, String text) {
    Matcher m = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "%s is %s, expected bytes as 40g or 500m".formatted(flag, text));
    }
    int power = m.group(2).isEmpty() ? 0 : UNITS.indexOf(m.group(2)) + 1;
    return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power));
  }

  /** In the largest unit that leaves a whole digit. */
  public static String text(long bytes) {
    double v = bytes;
    String unit = "B";
    for (char u : UNITS.toUpperCase(Locale.ROOT).toCharArray()) {
      if (v < 1024) {
        break;
      }
      v /= 1024;
      unit = u + "iB";
    }
    return "%.1f %s".formatted(v, unit);
  }
}
