package dev.headclip.clip;

/**
 * The transformer of one tower.
 *
 * @param width channels of a token
 * @param layers residual blocks
 * @param heads attention heads; divides the width
 * @param hidden channels inside the MLP
 * @param activation of the MLP
 * @param epsilon of every layer normalisation
 */
public record TowerConfig(
    int width, int layers, int heads, int hidden, Activation activation, double epsilon) {
  /** The same tower with another activation. */
  public TowerConfig with(Activation other) {
    return new TowerConfig(width, layers, heads, hidden, other, epsilon);
  }

  public TowerConfig {
    ConfigCheck.positive("hidden_size", width);
    ConfigCheck.within("num_hidden_layers", layers, 1000);
    ConfigCheck.positive("num_attention_heads", heads);
    ConfigCheck.positive("intermediate_size", hidden);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "num_attention_heads %d does not divide hidden_size %d".formatted(heads, width));
    }
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException(
          "layer_norm_eps is %s, expected a number above 0".formatted(epsilon));
    }
  }
}
