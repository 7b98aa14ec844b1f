package dev.headclip.onnx;

import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.model.ClipModel;
import dev.headclip.model.ExportedModel;
import dev.headclip.model.Model;

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
  public InferenceSession open(Model model, EngineSettings settings) {
    if (model instanceof ExportedModel exported) {
      return ExportedSession.of(exported, settings);
    }
    ClipModel clip = (ClipModel) model;
    return new OnnxSession(clip, settings, name -> SessionCache.open(clip, settings, name));
  }
}
