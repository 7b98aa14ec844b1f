package dev.headclip.engine;

import dev.headclip.backbone.Backbone;
import dev.headclip.method.Adapter;

/** A way to compute models. */
public interface Engine {
  /** The name for {@code --engine}: "torch", "onnx". */
  String name();

  /** Engines of higher rank are taken first where none is named. */
  int rank();

  /**
   * Loads a model. The backbone's files are not needed afterwards.
   *
   * @param settings how to compute; what the engine cannot do is an exception
   * @throws dev.headclip.HeadClipException where the adapter does not fit or the engine cannot
   *     start
   */
  InferenceSession open(Backbone backbone, Adapter adapter, EngineSettings settings);
}
