package dev.headclip.onnx;

import java.util.Locale;

/** Which operators a graph may use. */
public enum Dialect {
  /** ONNX opset 17 alone: runs everywhere. */
  PORTABLE,
  /** ONNX Runtime's own fused operators beside them: faster there. */
  FUSED;

  /** The name in metadata. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
