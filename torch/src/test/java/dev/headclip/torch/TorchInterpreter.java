package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Interpreter;

/** libtorch. */
public final class TorchInterpreter implements Interpreter {
  @Override
  public Tensors<HostTensor> run(Computation computation) {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      return computation
          .of(
              new World<NDArray>() {
                @Override
                public TensorOps<NDArray> ops() {
                  return ops;
                }

                @Override
                public Weights<NDArray> weights(
                    Backbone b, int imageSize, PositionResize position) {
                  return TorchWeights.load(manager, b.config(), b.weights(), imageSize, position);
                }
              })
          .map(TorchOps::host);
    }
  }
}
