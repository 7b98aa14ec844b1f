package dev.headclip.onnx;

/** Which operators a graph may use. */
public enum Dialect {
  /** ONNX opset 17 alone: runs everywhere. */
  PORTABLE,
  /** ONNX Runtime's own fused operators beside them: faster there. */
  FUSED
}
