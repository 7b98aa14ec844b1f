package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * {@link TensorOps} by libtorch. Differentiable where the inputs ask for gradients.
 *
 * <p>DJL gives a result to its first operand's manager; here every result goes to the current
 * scope, so that weights never gather results. Use in one thread; {@link #close} releases
 * everything.
 */
public final class TorchOps implements TensorOps<NDArray>, AutoCloseable {
  private final NDManager root;
  private final Recomputation recomputation = new Recomputation();
  private NDManager scope;

  /** A computation whose memory hangs under {@code parent} until it closes. */
  public TorchOps(NDManager parent) {
    root = parent.newSubManager();
    scope = root;
  }

  @Override
  public NDArray recomputed(NDArray input, UnaryOperator<NDArray> body) {
    return Recomputation.wanted(input)
        ? recomputation.forward(this, input, body)
        : TensorOps.super.recomputed(input, body);
  }

  /** Gradients of a scalar, at the arrays that ask for them. */
  void backward(NDArray total) {
    recomputation.backward(this, total);
  }

  /** Lets an array live as long as this. */
  void keep(NDArray x) {
    x.attach(root);
  }

  NDArray own(NDArray x) {
    if (x.getManager() != scope) {
      x.attach(scope);
    }
    return x;
  }

  @Override
  public NDArray constant(HostTensor value) {
    return copied(scope.create(value.data(), new Shape(value.shape())));
  }

  /**
   * In libtorch's own memory. What DJL creates lies in a Java buffer that is collected once the
   * array closes, although a graph that waits for its backward pass may still read it.
   */
  private NDArray copied(NDArray view) {
    try (view) {
      return own(view.duplicate());
    }
  }

  /** The numbers of a float32 array. */
  public static HostTensor host(NDArray x) {
    return new HostTensor(x.getShape().getShape().clone(), x.toFloatArray());
  }

  @Override
  public long[] shape(NDArray x) {
    return x.getShape().getShape();
  }

  @Override
  public NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return own(x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow());
  }

  @Override
  public NDArray linear(NDArray x, NDArray weight) {
    return own(x.getNDArrayInternal().linear(x, weight, null).singletonOrThrow());
  }

  @Override
  public NDArray matmul(NDArray a, NDArray b) {
    return own(a.matMul(b));
  }

  @Override
  public NDArray add(NDArray a, NDArray b) {
    return own(a.add(b));
  }

  @Override
  public NDArray mul(NDArray a, NDArray b) {
    return own(a.mul(b));
  }

  @Override
  public NDArray scale(NDArray x, double factor) {
    // not x.mul(Number): DJL keeps that number in a Java buffer that a backward pass outlives
    return own(x.mul(copied(scope.create((float) factor))));
  }

  @Override
  public NDArray negative(NDArray x) {
    return own(x.neg());
  }

  @Override
  public NDArray div(NDArray a, NDArray b) {
    return own(a.div(b));
  }

  @Override
  public NDArray plus(NDArray x, double value) {
    return own(x.add((float) value));
  }

  @Override
  public NDArray atLeast(NDArray x, double floor) {
    return own(x.maximum(copied(scope.create((float) floor))));
  }

  @Override
  public NDArray log(NDArray x) {
    return own(x.log());
  }

  @Override
  public NDArray sum(NDArray x, int... axes) {
    return own(x.sum(axes));
  }

  @Override
  public NDArray mean(NDArray x) {
    return own(x.mean());
  }

  @Override
  public NDArray softmax(NDArray x) {
    return own(x.softmax(-1));
  }

  @Override
  public NDArray logSoftmax(NDArray x) {
    return own(x.logSoftmax(-1));
  }

  @Override
  public NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double epsilon) {
    return own(
        x.getNDArrayInternal()
            .layerNorm(x, gain.getShape(), gain, bias, (float) epsilon)
            .singletonOrThrow());
  }

  @Override
  public NDArray quickGelu(NDArray x) {
    return scoped(
        () -> {
          NDArray gate = own(scale(x, 1.702).getNDArrayInternal().sigmoid());
          return mul(x, gate);
        });
  }

  @Override
  public NDArray gelu(NDArray x) {
    return own(x.getNDArrayInternal().gelu());
  }

  @Override
  public NDArray relu(NDArray x) {
    return own(x.getNDArrayInternal().relu());
  }

  @Override
  public NDArray tanh(NDArray x) {
    return own(x.tanh());
  }

  @Override
  public NDArray chosen(List<NDArray> from, Function<List<HostTensor>, HostTensor> rule) {
    return constant(rule.apply(from.stream().map(TorchOps::host).toList()));
  }

  @Override
  public NDArray reshape(NDArray x, long... shape) {
    return own(x.reshape(shape));
  }

  @Override
  public NDArray transpose(NDArray x, int... axes) {
    return own(x.transpose(axes));
  }

  @Override
  public NDArray slice(NDArray x, int axis, long from, long to) {
    StringBuilder index = new StringBuilder(":,".repeat(axis));
    return own(x.get(index.append(from).append(':').append(to).toString()));
  }

  @Override
  public NDArray concat(int axis, List<NDArray> parts) {
    return own(NDArrays.concat(new NDList(parts), axis));
  }

  @Override
  public NDArray repeatBatch(NDArray x, NDArray like) {
    long[] shape = x.getShape().getShape().clone();
    shape[0] = like.getShape().get(0);
    return own(x.broadcast(new Shape(shape)));
  }

  @Override
  public NDArray rows(NDArray table, int[] indices) {
    NDArray at = copied(scope.create(Arrays.stream(indices).asLongStream().toArray()));
    return own(
        table
            .getNDArrayInternal()
            .embedding(at, table, ai.djl.ndarray.types.SparseFormat.DENSE)
            .singletonOrThrow());
  }

  @Override
  public NDArray normalize(NDArray x) {
    return scoped(
        () -> {
          NDArray squares = own(mul(x, x).sum(new int[] {-1}, true));
          return own(x.div(own(squares.sqrt())));
        });
  }

  @Override
  public NDArray topMean(NDArray x, int k) {
    return scoped(
        () -> {
          NDList top = x.topK(k, -1, true, false);
          top.forEach(this::own);
          return own(top.get(0).mean(new int[] {-1}));
        });
  }

  @Override
  public NDArray highest(NDArray x, int axis) {
    return own(x.max(new int[] {axis}));
  }

  @Override
  public NDArray roundToHalf(NDArray x) {
    // DJL's toType cuts the graph; adding in another type casts values and, backwards, gradients
    NDArray half = own(scope.zeros(x.getShape(), DataType.FLOAT16)).addi(x);
    return own(half.add(own(scope.zeros(new Shape(1)))));
  }

  @Override
  public List<NDArray> scope(Supplier<List<NDArray>> body) {
    NDManager outer = scope;
    NDManager inner = outer.newSubManager();
    try (inner) {
      scope = inner;
      List<NDArray> kept = body.get();
      for (NDArray x : kept) {
        if (x.getManager() == inner) {
          x.attach(outer);
        }
      }
      return kept;
    } finally {
      scope = outer;
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
