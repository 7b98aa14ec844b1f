package dev.headclip.clip;

import java.util.Objects;

/**
 * A CLIP as an interpreter sees it: what networks are built on.
 *
 * @param config its sizes
 * @param weights its tensors; the position embedding fits the images to come
 * @param tokenizer of its text tower
 * @param <T> the implementation's tensor
 */
public record Clip<T>(ClipConfig config, Weights<T> weights, Tokenizer tokenizer) {
  public Clip {
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(tokenizer, "tokenizer");
  }

  public VisionTower<T> vision() {
    return new VisionTower<>(config, weights);
  }

  public TextTower<T> text() {
    return new TextTower<>(config, weights);
  }
}
