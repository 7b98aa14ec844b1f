package dev.headclip.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** The characters that stand for bytes (simple_tokenizer.py:16-35). */
final class ByteSymbols {
  private ByteSymbols() {}

  private static boolean printable(int b) {
    return b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
  }

  /** By the byte that each stands for. */
  static String[] byByte() {
    String[] all = new String[256];
    int moved = 0;
    for (int b = 0; b < all.length; b++) {
      all[b] = String.valueOf((char) (printable(b) ? b : 256 + moved++));
    }
    return all;
  }

  /** In the order of their ids: those that stand for themselves first. */
  static List<String> byId() {
    String[] all = byByte();
    List<String> kept = new ArrayList<>();
    List<String> moved = new ArrayList<>();
    for (int b = 0; b < all.length; b++) {
      (printable(b) ? kept : moved).add(all[b]);
    }
    kept.addAll(moved);
    return kept;
  }
}
