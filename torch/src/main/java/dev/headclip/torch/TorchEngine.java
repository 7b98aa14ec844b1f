package dev.headclip.torch;

import ai.djl.ndarray.NDManager;
import dev.headclip.backbone.Backbone;
import dev.headclip.engine.Engine;
import dev.headclip.engine.InferenceSession;
import dev.headclip.method.Adapter;

/** The libtorch engine. */
public final class TorchEngine implements Engine {
  @Override
  public String name() {
    return "torch";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public InferenceSession open(Backbone backbone, Adapter adapter) {
    NDManager manager = Torch.manager();
    try {
      return new TorchSession(manager, backbone, adapter);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }
}
