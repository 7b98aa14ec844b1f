package dev.headclip.server.settings;

import dev.headclip.model.ClipModel;
import java.nio.file.Path;

/** Writes a model as an ONNX file; given to the server by whoever has a module that does. */
@FunctionalInterface
public interface OnnxWriter {
  /**
   * @param model stays the caller's
   * @throws dev.headclip.HeadClipException where it cannot be exported
   */
  void write(ClipModel model, Path file);
}
