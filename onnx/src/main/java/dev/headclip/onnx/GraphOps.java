package dev.headclip.onnx;

import static dev.headclip.onnx.Graph.attribute;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Shapes;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** {@link TensorOps} that computes nothing but records an ONNX graph. */
final class GraphOps implements TensorOps<Value> {
  private final Graph graph;
  private final Dialect dialect;
  private final LinearForm linear;

  GraphOps(Graph graph, Dialect dialect, LinearForm linear) {
    this.graph = graph;
    this.dialect = dialect;
    this.linear = linear;
  }

  private boolean fused() {
    return dialect == Dialect.FUSED;
  }

  @Override
  public Value constant(HostTensor value) {
    return graph.constant(Stored.of(value));
  }

  @Override
  public long[] shape(Value x) {
    return x.shape().clone();
  }

  @Override
  public Value linear(Value x, Value weight, Value bias) {
    return linear.record(graph, dialect, x, weight, Optional.of(bias));
  }

  @Override
  public Value linear(Value x, Value weight) {
    return linear.record(graph, dialect, x, weight, Optional.empty());
  }

  @Override
  public Value matmul(Value a, Value b) {
    int n = a.rank();
    long[] batch =
        Shapes.broadcast(Arrays.copyOf(a.shape(), n - 2), Arrays.copyOf(b.shape(), b.rank() - 2));
    long[] shape = Arrays.copyOf(batch, batch.length + 2);
    shape[batch.length] = a.shape()[n - 2];
    shape[batch.length + 1] = b.shape()[b.rank() - 1];
    return graph.node("MatMul", List.of(a, b), shape);
  }

  @Override
  public Value add(Value a, Value b) {
    return graph.node("Add", List.of(a, b), Shapes.broadcast(a.shape(), b.shape()));
  }

  @Override
  public Value mul(Value a, Value b) {
    return graph.node("Mul", List.of(a, b), Shapes.broadcast(a.shape(), b.shape()));
  }

  @Override
  public Value div(Value a, Value b) {
    return graph.node("Div", List.of(a, b), Shapes.broadcast(a.shape(), b.shape()));
  }

  @Override
  public Value scale(Value x, double factor) {
    return graph.node("Mul", List.of(x, graph.scalar(factor)), x.shape());
  }

  @Override
  public Value plus(Value x, double value) {
    return graph.node("Add", List.of(x, graph.scalar(value)), x.shape());
  }

  @Override
  public Value atLeast(Value x, double floor) {
    return graph.node("Max", List.of(x, graph.scalar(floor)), x.shape());
  }

  @Override
  public Value log(Value x) {
    return graph.node("Log", List.of(x), x.shape());
  }

  @Override
  public Value sum(Value x, int... axes) {
    int rank = x.rank();
    boolean[] goes = new boolean[rank];
    long[] places = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      places[i] = axes[i] < 0 ? rank + axes[i] : axes[i];
      goes[(int) places[i]] = true;
    }
    long[] shape =
        IntStream.range(0, rank).filter(i -> !goes[i]).mapToLong(i -> x.shape()[i]).toArray();
    return graph.node(
        "ReduceSum", List.of(x, graph.longs(places)), shape, attribute("keepdims", 0));
  }

  @Override
  public Value mean(Value x) {
    return graph.node("ReduceMean", List.of(x), new long[0], attribute("keepdims", 0));
  }

  @Override
  public Value softmax(Value x) {
    return graph.node("Softmax", List.of(x), x.shape(), attribute("axis", -1));
  }

  @Override
  public Value logSoftmax(Value x) {
    return graph.node("LogSoftmax", List.of(x), x.shape(), attribute("axis", -1));
  }

  @Override
  public Value attention(Value q, Value k, Value v, int heads, Optional<Value> mask) {
    if (!fused() || mask.isPresent()) {
      return TensorOps.super.attention(q, k, v, heads, mask);
    }
    return graph.node(
        Graph.MICROSOFT,
        "MultiHeadAttention",
        List.of(q.name(), k.name(), v.name()),
        q.shape(),
        attribute("num_heads", heads));
  }

  @Override
  public Value layerNorm(Value x, Value gain, Value bias, double epsilon) {
    return graph.node(
        "LayerNormalization",
        List.of(x, gain, bias),
        x.shape(),
        attribute("axis", -1),
        attribute("epsilon", epsilon));
  }

  @Override
  public Value quickGelu(Value x) {
    if (fused()) {
      return graph.node(
          Graph.MICROSOFT, "QuickGelu", List.of(x.name()), x.shape(), attribute("alpha", 1.702));
    }
    return mul(x, graph.node("Sigmoid", List.of(scale(x, 1.702)), x.shape()));
  }

  @Override
  public Value gelu(Value x) {
    if (fused()) {
      return graph.node(Graph.MICROSOFT, "Gelu", List.of(x.name()), x.shape());
    }
    Value erf = graph.node("Erf", List.of(scale(x, 1 / Math.sqrt(2))), x.shape());
    return scale(mul(x, add(erf, graph.scalar(1))), 0.5);
  }

  @Override
  public Value relu(Value x) {
    return graph.node("Relu", List.of(x), x.shape());
  }

  @Override
  public Value tanh(Value x) {
    return graph.node("Tanh", List.of(x), x.shape());
  }

  @Override
  public Value chosen(List<Value> from, Function<List<HostTensor>, HostTensor> rule) {
    throw new UnsupportedOperationException("a recorded graph has no values to choose by");
  }

  @Override
  public Value reshape(Value x, long... shape) {
    return graph.node("Reshape", List.of(x, graph.longs(shape)), Shapes.reshaped(x.shape(), shape));
  }

  @Override
  public Value transpose(Value x, int... axes) {
    long[] shape = new long[axes.length];
    long[] perm = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      shape[i] = x.shape()[axes[i]];
      perm[i] = axes[i];
    }
    return graph.node("Transpose", List.of(x), shape, attribute("perm", perm));
  }

  @Override
  public Value slice(Value x, int axis, long from, long to) {
    long[] shape = x.shape().clone();
    shape[axis] = to - from;
    return graph.node(
        "Slice", List.of(x, graph.longs(from), graph.longs(to), graph.longs(axis)), shape);
  }

  @Override
  public Value concat(int axis, List<Value> parts) {
    long[] shape = parts.get(0).shape().clone();
    shape[axis] = parts.stream().mapToLong(p -> p.shape()[axis]).sum();
    return graph.node("Concat", parts, shape, attribute("axis", axis));
  }

  @Override
  public Value repeatBatch(Value x, Value like) {
    long[] rest = Arrays.copyOfRange(x.shape(), 1, x.rank());
    Value size = graph.node("Shape", List.of(like), new long[] {like.rank()});
    Value batch =
        graph.node(
            "Slice", List.of(size, graph.longs(0), graph.longs(1), graph.longs(0)), new long[] {1});
    Value to =
        graph.node(
            "Concat",
            List.of(batch, graph.longs(rest)),
            new long[] {x.rank()},
            attribute("axis", 0));
    long[] shape = x.shape().clone();
    shape[0] = like.shape()[0];
    return graph.node("Expand", List.of(x, to), shape);
  }

  @Override
  public Value rows(Value table, int[] indices) {
    return gather(table, 0, indices);
  }

  @Override
  public Value gather(Value x, int axis, int[] indices) {
    long[] at = Arrays.stream(indices).asLongStream().toArray();
    long[] shape = x.shape().clone();
    shape[axis] = at.length;
    return graph.node(
        "Gather", List.of(x, graph.constant(Stored.longs(at))), shape, attribute("axis", axis));
  }

  @Override
  public Value normalize(Value x) {
    long[] one = x.shape().clone();
    one[one.length - 1] = 1;
    Value length =
        graph.node(
            "ReduceL2",
            List.of(x),
            one,
            attribute("axes", new long[] {-1}),
            attribute("keepdims", 1));
    return graph.node("Div", List.of(x, length), x.shape());
  }

  @Override
  public Value topMean(Value x, int k) {
    long[] shape = x.shape().clone();
    shape[shape.length - 1] = k;
    List<Value> top =
        graph.nodes(
            "",
            "TopK",
            List.of(x.name(), graph.longs(k).name()),
            List.of(shape, shape),
            attribute("axis", -1),
            attribute("largest", 1),
            attribute("sorted", 0));
    return graph.node(
        "ReduceMean",
        List.of(top.get(0)),
        Arrays.copyOf(x.shape(), x.rank() - 1),
        attribute("axes", new long[] {-1}),
        attribute("keepdims", 0));
  }

  @Override
  public Value highest(Value x, int axis) {
    long[] shape =
        IntStream.range(0, x.rank()).filter(i -> i != axis).mapToLong(i -> x.shape()[i]).toArray();
    return graph.node(
        "ReduceMax",
        List.of(x),
        shape,
        attribute("axes", new long[] {axis}),
        attribute("keepdims", 0));
  }

  @Override
  public Value roundToHalf(Value x) {
    Value half = cast(x, ElementType.FLOAT16);
    return cast(half, ElementType.FLOAT);
  }

  private Value cast(Value x, ElementType to) {
    return graph.node("Cast", List.of(x), x.shape(), attribute("to", to.code()));
  }

  @Override
  public List<Value> scope(Supplier<List<Value>> body) {
    // nothing is computed, so nothing is to be released
    return new ArrayList<>(body.get());
  }
}
