package dev.headclip.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A graph in the making: nodes in the order of computation, constants, inputs, outputs. */
final class Graph {
  /** Domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  /** A named end of the graph. */
  record Port(String name, ElementType type, long[] shape) {}

  private final List<NodeProto> nodes = new ArrayList<>();
  private final Map<String, Stored> constants = new LinkedHashMap<>();
  private final Map<String, Value> shared = new LinkedHashMap<>();
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();
  private int count;

  /** A place for data. */
  Value input(String name, long... shape) {
    inputs.add(new Port(name, ElementType.FLOAT, shape));
    return new Value(name, shape);
  }

  /** Gives {@code x} to the caller as {@code name}. */
  void output(Value x, String name, ElementType type) {
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName("output_" + name)
            .addInput(x.name())
            .addOutput(name)
            .build());
    outputs.add(new Port(name, type, x.shape()));
  }

  /** A constant; the first content of a name stays. */
  Value constant(String name, Stored content) {
    Stored there = constants.putIfAbsent(name, content);
    if (there != null && !Arrays.equals(there.shape(), content.shape())) {
      throw new IllegalStateException("two constants of the name " + name);
    }
    return new Value(name, content.shape());
  }

  /** A constant without a name of its own. */
  Value constant(Stored content) {
    return constant("constant_" + count++, content);
  }

  /** Whole numbers, one constant for all that are equal. */
  Value longs(long... values) {
    String name = "ints_" + Arrays.toString(values).replaceAll("[^0-9,-]", "");
    return shared.computeIfAbsent(name, n -> constant(n, Stored.longs(values)));
  }

  /** A float32 scalar, one constant for all that are equal. */
  Value scalar(double value) {
    String name = "float_" + (float) value;
    return shared.computeIfAbsent(
        name, n -> constant(n, Stored.floats(new long[0], () -> new float[] {(float) value})));
  }

  Optional<Stored> stored(Value x) {
    return Optional.ofNullable(constants.get(x.name()));
  }

  /** Adds an operator with one result; an empty name among the inputs is one left out. */
  Value node(
      String domain, String op, List<String> in, long[] shape, AttributeProto... attributes) {
    return nodes(domain, op, in, List.of(shape), attributes).get(0);
  }

  Value node(String op, List<Value> in, long[] shape, AttributeProto... attributes) {
    return node("", op, in.stream().map(Value::name).toList(), shape, attributes);
  }

  List<Value> nodes(
      String domain,
      String op,
      List<String> in,
      List<long[]> shapes,
      AttributeProto... attributes) {
    String name = op + "_" + count++;
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setDomain(domain).setName(name).addAllInput(in);
    List<Value> out = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      Value v = new Value(name + (i == 0 ? "" : "." + i), shapes.get(i));
      node.addOutput(v.name());
      out.add(v);
    }
    for (AttributeProto a : attributes) {
      node.addAttribute(a);
    }
    nodes.add(node.build());
    return out;
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto attribute(String name, long[] values) {
    AttributeProto.Builder a =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long v : values) {
      a.addInts(v);
    }
    return a.build();
  }

  List<Port> inputs() {
    return inputs;
  }

  List<Port> outputs() {
    return outputs;
  }

  /** The nodes that some output depends on: what no output needs is not computed at all. */
  List<NodeProto> needed() {
    Set<String> wanted = new HashSet<>();
    outputs.forEach(o -> wanted.add(o.name()));
    List<NodeProto> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      NodeProto n = nodes.get(i);
      if (n.getOutputList().stream().anyMatch(wanted::contains)) {
        wanted.addAll(n.getInputList());
        kept.add(0, n);
      }
    }
    return kept;
  }

  /** The constants that {@link #needed} nodes read. */
  Map<String, Stored> neededConstants() {
    Set<String> read = new HashSet<>();
    needed().forEach(n -> read.addAll(n.getInputList()));
    Map<String, Stored> kept = new LinkedHashMap<>(constants);
    kept.keySet().retainAll(read);
    return kept;
  }
}
