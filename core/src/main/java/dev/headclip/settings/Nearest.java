package dev.headclip.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which known name somebody may have meant. */
public final class Nearest {
  private Nearest() {}

  /** The known name with the fewest letters to change, if these are few. */
  public static Optional<String> to(String wanted, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(k -> distance(wanted, k)))
        .filter(k -> distance(wanted, k) <= Math.max(2, wanted.length() / 3))
        .or(() -> known.stream().filter(k -> isPart(wanted, k)).findFirst());
  }

  /** ", did you mean X?", or nothing. */
  public static String hint(String wanted, Collection<String> known) {
    return to(wanted, known).map(k -> ", did you mean " + k + "?").orElse("");
  }

  /** Whether somebody may have left half of a name out: "constraint". */
  private static boolean isPart(String wanted, String known) {
    return wanted.length() > 3 && known.contains(wanted);
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
