package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;

/** The non-linearity of the MLPs. */
public enum Activation {
  /** x sigmoid(1.702 x): OpenAI's weights. */
  QUICK_GELU("quick_gelu"),
  /** x Phi(x), exact: open_clip's weights without "-quickgelu". */
  GELU("gelu");

  private final String key;

  Activation(String key) {
    this.key = key;
  }

  /** The name in config.json ({@code hidden_act}). */
  public String key() {
    return key;
  }

  /** The activation called {@code key} in a config.json. */
  public static Activation of(String key) {
    for (Activation a : values()) {
      if (a.key.equals(key)) {
        return a;
      }
    }
    throw new IllegalArgumentException(
        "hidden_act is \"%s\", expected \"quick_gelu\" or \"gelu\"".formatted(key));
  }

  <T> T apply(TensorOps<T> ops, T x) {
    return this == QUICK_GELU ? ops.quickGelu(x) : ops.gelu(x);
  }
}
