package dev.headclip.tensor;

import java.util.List;
import java.util.function.Supplier;

/**
 * The operations that the CLIP towers and all methods are written in.
 *
 * <p>Tensors are float32, row-major; axes count from 0. Element-wise operations broadcast as NumPy
 * does. An instance serves one computation in one thread; a tensor made through it lives until the
 * {@link #scope} it was made in ends.
 *
 * @param <T> the implementation's tensor
 */
public interface TensorOps<T> {
  /** A tensor with the elements of {@code value}. */
  T constant(HostTensor value);

  /** The sizes of {@code x}; the batch size may be -1 where a graph is recorded. */
  long[] shape(T x);

  /** x [...,in], weight [out,in], bias [out] to x weight^T + bias [...,out]. */
  T linear(T x, T weight, T bias);

  /** x [...,in], weight [out,in] to x weight^T [...,out]. */
  T linear(T x, T weight);

  /** Batched matrix product of the last two axes. */
  T matmul(T a, T b);

  T add(T a, T b);

  T mul(T a, T b);

  T scale(T x, double factor);

  /** Softmax over the last axis. */
  T softmax(T x);

  /** Normalisation over the last axis (biased variance), then gain and bias of that size. */
  T layerNorm(T x, T gain, T bias, double epsilon);

  /** x sigmoid(1.702 x). */
  T quickGelu(T x);

  /** x Phi(x), with the exact error function. */
  T gelu(T x);

  T relu(T x);

  /** One size may be -1: it is inferred. */
  T reshape(T x, long... shape);

  /** Axis i of the result is axis {@code axes[i]} of {@code x}. */
  T transpose(T x, int... axes);

  /** Elements {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
  T slice(T x, int axis, long from, long to);

  T concat(int axis, List<T> parts);

  /** x [1,...] repeated along axis 0 to the batch size of {@code like}. */
  T repeatBatch(T x, T like);

  /** Rows of a table [rows,width] to [indices,width]. */
  T rows(T table, int[] indices);

  /** Each vector along the last axis divided by its Euclidean length. */
  T normalize(T x);

  /** Every element rounded to the nearest half-precision number. */
  T roundToHalf(T x);

  /**
   * Runs {@code body} and releases every tensor made inside it, but for those that it returns:
   * these belong to the enclosing scope.
   */
  List<T> scope(Supplier<List<T>> body);

  /** {@link #scope(Supplier)} for one result. */
  default T scoped(Supplier<T> body) {
    return scope(() -> List.of(body.get())).get(0);
  }
}
