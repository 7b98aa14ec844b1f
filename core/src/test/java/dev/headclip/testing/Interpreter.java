package dev.headclip.testing;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Clip;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Tokenizer;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/** A way to run what is written over {@link TensorOps}: golden numbers hold for every one. */
public interface Interpreter {
  /** Something written once for all interpreters. */
  interface Computation {
    <T> Tensors<T> of(World<T> world);
  }

  /** What a computation finds. */
  interface World<T> {
    TensorOps<T> ops();

    /** A backbone's weights for images of a size. */
    Weights<T> weights(Backbone backbone, int imageSize, PositionResize position);

    default T constant(HostTensor t) {
      return ops().constant(t);
    }

    default Clip<T> clip(
        Backbone backbone, int imageSize, PositionResize position, Tokenizer tokenizer) {
      return new Clip<>(backbone.config(), weights(backbone, imageSize, position), tokenizer);
    }
  }

  /** Whether values can be looked at; where graphs are recorded there are none. */
  default boolean readsValues() {
    return true;
  }

  /** Runs it and gives its results. */
  Tensors<HostTensor> run(Computation computation);
}
