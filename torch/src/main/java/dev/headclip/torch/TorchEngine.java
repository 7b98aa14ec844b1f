package dev.headclip.torch;

import ai.djl.ndarray.NDManager;
import dev.headclip.HeadClipException;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;

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
  public InferenceSession open(Model model, EngineSettings settings) {
    if (!(model instanceof ClipModel clip)) {
      throw new HeadClipException(
          "%s: an exported model needs the onnx engine, found torch; leave the engine out"
              .formatted(model.name()));
    }
    if (settings.precision() != Precision.FP32) {
      throw new HeadClipException(
          "precision %s needs the onnx engine, found torch; leave the engine out"
              .formatted(settings.precision().key()));
    }
    if (settings.threads() > 0) {
      Torch.useThreads(settings.threads());
    }
    NDManager manager = Torch.manager(Torch.device(settings.gpu() ? "gpu" : "cpu"));
    try {
      return new TorchSession(manager, clip);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }
}
