package dev.headclip.onnx;

import static dev.headclip.onnx.Graph.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How x W^T + b is written into a graph. */
interface LinearForm {
  /**
   * @param weight [out,in]
   * @param bias [out]
   */
  Value record(Graph graph, Dialect dialect, Value x, Value weight, Optional<Value> bias);

  /** In float32. */
  static LinearForm exact() {
    return (graph, dialect, x, weight, bias) -> {
      Value y = product(graph, dialect, x, weight);
      return bias.map(b -> graph.node("Add", List.of(y, b), y.shape())).orElse(y);
    };
  }

  /** In int8 where {@code layers} says so by the weight's name, else in float32. */
  static LinearForm int8(Int8.Layers layers) {
    LinearForm exact = exact();
    return (graph, dialect, x, weight, bias) -> {
      Optional<Stored> stored = graph.stored(weight);
      if (stored.isEmpty() || !layers.quantized(weight.name())) {
        return exact.record(graph, dialect, x, weight, bias);
      }
      Int8.Constants q = Int8.constants(graph, weight.name(), stored.get());
      return dialect == Dialect.FUSED
          ? fusedInt8(graph, x, q, bias)
          : portableInt8(graph, x, q, bias);
    };
  }

  private static Value product(Graph graph, Dialect dialect, Value x, Value weight) {
    long[] shape = out(x, weight.shape()[0]);
    if (dialect == Dialect.FUSED) {
      return graph.node(
          Graph.MICROSOFT,
          "FusedMatMul",
          List.of(x.name(), weight.name()),
          shape,
          attribute("transB", 1));
    }
    long[] turned = {weight.shape()[1], weight.shape()[0]};
    Value w =
        graph
            .stored(weight)
            .map(s -> graph.constant(weight.name() + ".T", Transposed.of(s)))
            .orElseGet(
                () ->
                    graph.node(
                        "Transpose",
                        List.of(weight),
                        turned,
                        attribute("perm", new long[] {1, 0})));
    return graph.node("MatMul", List.of(x, w), shape);
  }

  private static Value fusedInt8(Graph graph, Value x, Int8.Constants q, Optional<Value> bias) {
    List<String> in =
        new ArrayList<>(List.of(x.name(), q.weight().name(), q.scale().name(), q.zero().name()));
    bias.ifPresent(b -> in.add(b.name()));
    return graph.node(Graph.MICROSOFT, "DynamicQuantizeMatMul", in, out(x, q.weight().shape()[1]));
  }

  private static Value portableInt8(Graph graph, Value x, Int8.Constants q, Optional<Value> bias) {
    long[] one = {};
    List<Value> dynamic =
        graph.nodes("", "DynamicQuantizeLinear", List.of(x.name()), List.of(x.shape(), one, one));
    long[] shape = out(x, q.weight().shape()[1]);
    Value sums =
        graph.node(
            "MatMulInteger", List.of(dynamic.get(0), q.weight(), dynamic.get(2), q.zero()), shape);
    Value floats =
        graph.node("Cast", List.of(sums), shape, attribute("to", ElementType.FLOAT.code()));
    Value scales = graph.node("Mul", List.of(dynamic.get(1), q.scale()), q.scale().shape());
    Value y = graph.node("Mul", List.of(floats, scales), shape);
    return bias.map(b -> graph.node("Add", List.of(y, b), shape)).orElse(y);
  }

  private static long[] out(Value x, long columns) {
    long[] shape = x.shape().clone();
    shape[shape.length - 1] = columns;
    return shape;
  }
}
