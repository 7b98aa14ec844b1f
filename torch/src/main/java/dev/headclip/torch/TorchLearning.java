package dev.headclip.torch;

import dev.headclip.backbone.Backbone;
import dev.headclip.method.MethodConfig;
import dev.headclip.training.spi.Learner;
import dev.headclip.training.spi.LearningEngine;

/** Learning by libtorch's automatic differentiation. */
public final class TorchLearning implements LearningEngine {
  @Override
  public String name() {
    return "torch";
  }

  @Override
  public Learner open(Backbone backbone, MethodConfig<?> method, String device) {
    return TorchLearner.open(backbone, method, device);
  }

  @Override
  public void requireDevice(String device) {
    Torch.device(device);
  }

  @Override
  public void useThreads(int threads) {
    Torch.useThreads(threads);
  }
}
