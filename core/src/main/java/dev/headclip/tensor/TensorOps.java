package dev.headclip.tensor;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

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

  T div(T a, T b);

  T scale(T x, double factor);

  /** -x. */
  default T negative(T x) {
    return scale(x, -1);
  }

  /** x + value, element by element. */
  T plus(T x, double value);

  /** The larger of x and {@code floor}, element by element. */
  T atLeast(T x, double floor);

  /** Natural logarithm. */
  T log(T x);

  /** Sums over the given axes, which go. */
  T sum(T x, int... axes);

  /** The mean of all elements: a scalar. */
  T mean(T x);

  /** Softmax over the last axis. */
  T softmax(T x);

  /** The logarithm of {@link #softmax}, exact where that underflows. */
  T logSoftmax(T x);

  /**
   * softmax(q k^T / sqrt(d) + mask) v for every head, d = width / heads: Eq. 1, and Eq. 3 with v
   * three times.
   *
   * @param q [B,M,width], heads side by side
   * @param k [B,N,width]
   * @param v [B,N,width]
   * @param mask [M,N], added to the logits
   * @return [B,M,width], heads side by side
   */
  default T attention(T q, T k, T v, int heads, Optional<T> mask) {
    return scoped(
        () -> {
          long width = shape(q)[2];
          T scaled = scale(byHead(q, heads), 1 / Math.sqrt((double) width / heads));
          T logits = matmul(scaled, transpose(byHead(k, heads), 0, 1, 3, 2));
          T masked = mask.map(m -> add(logits, m)).orElse(logits);
          T each = transpose(matmul(softmax(masked), byHead(v, heads)), 0, 2, 1, 3);
          return reshape(each, -1, shape(q)[1], width);
        });
  }

  /** [B,N,width] to [B,heads,N,d]. */
  private T byHead(T x, int heads) {
    long[] shape = shape(x);
    return transpose(reshape(x, -1, shape[1], heads, shape[2] / heads), 0, 2, 1, 3);
  }

  /** Normalisation over the last axis (biased variance), then gain and bias of that size. */
  T layerNorm(T x, T gain, T bias, double epsilon);

  /** x sigmoid(1.702 x). */
  T quickGelu(T x);

  /** x Phi(x), with the exact error function. */
  T gelu(T x);

  T relu(T x);

  /** Hyperbolic tangent. */
  T tanh(T x);

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

  /** Elements {@code indices} of one axis, in their order, with repetitions. */
  default T gather(T x, int axis, int[] indices) {
    return scoped(
        () -> {
          long[] shape = shape(x);
          int rank = shape.length;
          int[] toFront = new int[rank];
          int[] back = new int[rank];
          long[] moved = new long[rank];
          for (int i = 0; i < rank; i++) {
            toFront[i] = i == 0 ? axis : i <= axis ? i - 1 : i;
            moved[i] = i == 0 ? indices.length : shape[toFront[i]];
            back[i] = i < axis ? i + 1 : i == axis ? 0 : i;
          }
          T front = axis == 0 ? x : transpose(x, toFront);
          T picked = reshape(rows(reshape(front, shape[axis], -1), indices), moved);
          return axis == 0 ? picked : transpose(picked, back);
        });
  }

  /** Each vector along the last axis divided by its Euclidean length. */
  T normalize(T x);

  /** The mean of the {@code k} highest along the last axis, which goes. */
  T topMean(T x, int k);

  /** The highest along an axis, which goes. */
  T highest(T x, int axis);

  /**
   * What plain Java makes of values, a choice among them for example: no gradient flows through it.
   *
   * @throws UnsupportedOperationException where a graph is recorded, as there are no values
   */
  T chosen(List<T> from, Function<List<HostTensor>, HostTensor> rule);

  /** Every element rounded to the nearest half-precision number. */
  T roundToHalf(T x);

  /**
   * Runs {@code body} and releases every tensor made inside it, but for those that it returns:
   * these belong to the enclosing scope.
   */
  List<T> scope(Supplier<List<T>> body);

  /**
   * What {@code body} makes of tensors. Where gradients are taken, nothing inside is kept for them:
   * it is computed a second time on the way back, which saves memory. Gradients reach {@code input}
   * and learned tensors that the body reads by itself, but no other tensor.
   */
  default T recomputed(T input, UnaryOperator<T> body) {
    return scoped(() -> body.apply(input));
  }

  /** {@link #scope(Supplier)} for one result. */
  default T scoped(Supplier<T> body) {
    return scope(() -> List.of(body.get())).get(0);
  }
}
