package dev.headclip.metrics;

/** Floats as integers of the same order. */
final class ScoreOrder {
  private ScoreOrder() {}

  /** -0 and 0 are the same; no NaN. */
  static int key(float score) {
    return flip(Float.floatToIntBits(score + 0f));
  }

  static float score(int key) {
    return Float.intBitsToFloat(flip(key));
  }

  /** It is its own inverse. */
  private static int flip(int bits) {
    return bits >= 0 ? bits : bits ^ 0x7fffffff;
  }
}
