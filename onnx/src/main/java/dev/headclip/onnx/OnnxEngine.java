package dev.headclip.onnx;

import dev.headclip.backbone.Backbone;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.method.Adapter;

/** The ONNX Runtime engine: the fast one. */
public final class OnnxEngine implements Engine {
  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public int rank() {
    return 10;
  }

  @Override
  public InferenceSession open(Backbone backbone, Adapter adapter, EngineSettings settings) {
    Runtime.Open open = SessionCache.open(backbone, adapter, settings);
    return new OnnxSession(
        open, backbone.config(), adapter.settings().imageSize(), settings.precision());
  }
}
