package dev.headclip.engine;

import java.util.Locale;

/** Arithmetic of a network. */
public enum Precision {
  /** 32-bit floating point. */
  FP32,
  /** 8-bit weights, activations quantized as they come. */
  INT8;

  /** The name for {@code --precision}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
