package dev.headclip.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/** Element types that our graphs use. */
enum ElementType {
  FLOAT(DataType.FLOAT, 4),
  FLOAT16(DataType.FLOAT16, 2),
  INT8(DataType.INT8, 1),
  INT64(DataType.INT64, 8),
  BOOL(DataType.BOOL, 1);

  private final DataType onnx;
  private final int bytes;

  ElementType(DataType onnx, int bytes) {
    this.onnx = onnx;
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /** ONNX's number for it. */
  int code() {
    return onnx.getNumber();
  }
}
