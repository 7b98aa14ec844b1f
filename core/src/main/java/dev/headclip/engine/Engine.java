package dev.headclip.engine;

import dev.headclip.model.Model;

/** A way to compute models; found with {@link java.util.ServiceLoader}. */
public interface Engine {
  /** The name for {@code --engine}: "torch", "onnx". */
  String name();

  /** Engines of higher rank are taken first where none is named. */
  int rank();

  /**
   * Loads a model, which stays open as long as the session.
   *
   * @param settings how to compute; what the engine cannot do is an exception
   * @throws dev.headclip.HeadClipException where the engine cannot start or compute this model
   */
  InferenceSession open(Model model, EngineSettings settings);
}
