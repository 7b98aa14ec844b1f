package dev.headclip.bench;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How fast ONNX Runtime multiplies matrices here, of the sizes of ViT-L's MLP: the limit that an
 * engine's speed is to be seen against.
 */
final class MatrixRate {
  private static final int ROWS = 577;
  private static final int IN = 1024;
  private static final int OUT = 4096;
  private static final int CHAIN = 8;
  private static final int ROUNDS = 9;

  private MatrixRate() {}

  /** 1e9 operations a second, a multiplication and an addition counted as two; medians. */
  static ObjectNode measure() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    o.put("fp32", rate(false));
    o.put("int8", rate(true));
    return o;
  }

  private static double rate(boolean int8) {
    float[] x = new float[ROWS * IN];
    SplittableRandom r = new SplittableRandom(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (r.nextDouble() - 0.5);
    }
    OrtEnvironment env = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = env.createSession(model(int8), options);
        OnnxTensor in = OnnxTensor.createTensor(env, FloatBuffer.wrap(x), new long[] {ROWS, IN})) {
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        long start = System.nanoTime();
        session.run(Map.of("x", in)).close();
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      double operations = 2.0 * CHAIN * 2 * ROWS * IN * OUT;
      return Math.round(operations / Spread.median(seconds) / 1e8) / 10.0;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] model(boolean int8) {
    GraphProto.Builder g = GraphProto.newBuilder().setName("products");
    weights(g, "up", IN, OUT, int8);
    weights(g, "down", OUT, IN, int8);
    String at = "x";
    for (int i = 0; i < 2 * CHAIN; i++) {
      NodeProto.Builder n = NodeProto.newBuilder().setName("p" + i).addInput(at);
      String w = i % 2 == 0 ? "up" : "down";
      n.addInput(w).addOutput("y" + i);
      if (int8) {
        n.setOpType("DynamicQuantizeMatMul").setDomain("com.microsoft");
        n.addInput("scale").addInput("zero");
      } else {
        n.setOpType("MatMul");
      }
      g.addNode(n);
      at = "y" + i;
    }
    g.addInput(port("x", IN)).addOutput(port(at, IN));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
        .setGraph(g)
        .build()
        .toByteArray();
  }

  private static void weights(GraphProto.Builder g, String name, int in, int out, boolean int8) {
    SplittableRandom r = new SplittableRandom(in);
    ByteBuffer b = ByteBuffer.allocate((int8 ? 1 : 4) * in * out).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < in * out; i++) {
      if (int8) {
        b.put((byte) (r.nextInt(127) - 63));
      } else {
        b.putFloat((float) (0.05 * (r.nextDouble() - 0.5)));
      }
    }
    tensor(g, name, int8 ? DataType.INT8 : DataType.FLOAT, b.array(), in, out);
    if (int8 && name.equals("up")) {
      byte[] scale = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(4e-4f).array();
      tensor(g, "scale", DataType.FLOAT, scale);
      tensor(g, "zero", DataType.INT8, new byte[1]);
    }
  }

  private static void tensor(
      GraphProto.Builder g, String name, DataType type, byte[] data, long... shape) {
    TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long d : shape) {
      t.addDims(d);
    }
    g.addInitializer(t.setRawData(ByteString.copyFrom(data)));
  }

  private static ValueInfoProto port(String name, long columns) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimValue(ROWS);
    shape.addDimBuilder().setDimValue(columns);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }
}
