package dev.headclip.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * {@link TensorOps} in plain Java, operation by operation: networks run by it without any native
 * library, and it judges the other interpreters. Products add in float32 in the order of their
 * terms; everything else is computed in double and rounded once. Thread-safe.
 */
public final class HostOps implements TensorOps<HostTensor> {
  private interface Binary {
    float of(float a, float b);
  }

  @Override
  public HostTensor constant(HostTensor value) {
    return value;
  }

  @Override
  public long[] shape(HostTensor x) {
    return x.shape().clone();
  }

  @Override
  public HostTensor linear(HostTensor x, HostTensor weight, HostTensor bias) {
    return add(linear(x, weight), bias);
  }

  @Override
  public HostTensor linear(HostTensor x, HostTensor weight) {
    int in = weight.size(1);
    int out = weight.size(0);
    if (x.size(-1) != in) {
      throw new IllegalArgumentException("%s through weights %s".formatted(x, weight));
    }
    int rows = x.data().length / in;
    long[] shape = x.shape().clone();
    shape[shape.length - 1] = out;
    HostTensor y = HostTensor.zeros(shape);
    float[] turned = transpose(weight, 1, 0).data();
    product(x.data(), 0, turned, 0, y.data(), 0, rows, in, out);
    return y;
  }

  @Override
  public HostTensor matmul(HostTensor a, HostTensor b) {
    int n = a.size(-2);
    int inner = a.size(-1);
    int m = b.size(-1);
    if (b.size(-2) != inner) {
      throw new IllegalArgumentException("%s times %s".formatted(a, b));
    }
    Broadcast batch = Broadcast.of(leading(a), leading(b));
    long[] shape = Arrays.copyOf(batch.shape(), batch.shape().length + 2);
    shape[shape.length - 2] = n;
    shape[shape.length - 1] = m;
    HostTensor y = HostTensor.zeros(shape);
    for (int i = 0; i < batch.size(); i++) {
      int from = batch.left(i) * n * inner;
      int with = batch.right(i) * inner * m;
      product(a.data(), from, b.data(), with, y.data(), i * n * m, n, inner, m);
    }
    return y;
  }

  private static long[] leading(HostTensor x) {
    return Arrays.copyOf(x.shape(), x.shape().length - 2);
  }

  /** Row by row, so that the inner loop runs along memory. */
  private static void product(
      float[] a, int aAt, float[] b, int bAt, float[] to, int toAt, int n, int inner, int m) {
    for (int i = 0; i < n; i++) {
      int row = toAt + i * m;
      for (int k = 0; k < inner; k++) {
        float w = a[aAt + i * inner + k];
        int from = bAt + k * m;
        for (int j = 0; j < m; j++) {
          to[row + j] += w * b[from + j];
        }
      }
    }
  }

  private static HostTensor binary(HostTensor a, HostTensor b, Binary f) {
    if (Arrays.equals(a.shape(), b.shape())) {
      HostTensor y = HostTensor.zeros(a.shape());
      for (int i = 0; i < y.data().length; i++) {
        y.data()[i] = f.of(a.data()[i], b.data()[i]);
      }
      return y;
    }
    Broadcast both = Broadcast.of(a.shape(), b.shape());
    HostTensor y = HostTensor.zeros(both.shape());
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = f.of(a.data()[both.left(i)], b.data()[both.right(i)]);
    }
    return y;
  }

  private static HostTensor unary(HostTensor x, DoubleUnaryOperator f) {
    HostTensor y = HostTensor.zeros(x.shape());
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = (float) f.applyAsDouble(x.data()[i]);
    }
    return y;
  }

  @Override
  public HostTensor add(HostTensor a, HostTensor b) {
    return binary(a, b, (x, y) -> x + y);
  }

  @Override
  public HostTensor mul(HostTensor a, HostTensor b) {
    return binary(a, b, (x, y) -> x * y);
  }

  @Override
  public HostTensor div(HostTensor a, HostTensor b) {
    return binary(a, b, (x, y) -> x / y);
  }

  @Override
  public HostTensor scale(HostTensor x, double factor) {
    float f = (float) factor;
    return unary(x, v -> (float) v * f);
  }

  @Override
  public HostTensor plus(HostTensor x, double value) {
    float add = (float) value;
    return unary(x, v -> (float) v + add);
  }

  @Override
  public HostTensor atLeast(HostTensor x, double floor) {
    return unary(x, v -> Math.max(v, (float) floor));
  }

  @Override
  public HostTensor log(HostTensor x) {
    return unary(x, Math::log);
  }

  @Override
  public HostTensor sum(HostTensor x, int... axes) {
    boolean[] goes = new boolean[x.shape().length];
    for (int a : axes) {
      goes[a < 0 ? goes.length + a : a] = true;
    }
    long[] kept = new long[goes.length];
    for (int i = 0; i < goes.length; i++) {
      kept[i] = goes[i] ? 1 : x.shape()[i];
    }
    // the place of each element's sum, by broadcasting the sums over the elements
    Broadcast places = Broadcast.of(x.shape(), kept);
    double[] sums = new double[Math.toIntExact(HostTensor.elements(kept))];
    for (int i = 0; i < x.data().length; i++) {
      sums[places.right(i)] += x.data()[i];
    }
    long[] shape = new long[goes.length];
    int rank = 0;
    for (int i = 0; i < goes.length; i++) {
      if (!goes[i]) {
        shape[rank++] = x.shape()[i];
      }
    }
    return HostTensor.of(floats(sums), Arrays.copyOf(shape, rank));
  }

  private static float[] floats(double[] values) {
    float[] f = new float[values.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) values[i];
    }
    return f;
  }

  @Override
  public HostTensor mean(HostTensor x) {
    double sum = 0;
    for (float v : x.data()) {
      sum += v;
    }
    return HostTensor.of(new float[] {(float) (sum / x.data().length)});
  }

  @Override
  public HostTensor softmax(HostTensor x) {
    return lines(
        x,
        line -> {
          double rest = logSumExp(line);
          for (int i = 0; i < line.length; i++) {
            line[i] = Math.exp(line[i] - rest);
          }
        });
  }

  @Override
  public HostTensor logSoftmax(HostTensor x) {
    return lines(
        x,
        line -> {
          double rest = logSumExp(line);
          for (int i = 0; i < line.length; i++) {
            line[i] -= rest;
          }
        });
  }

  private static double logSumExp(double[] line) {
    double max = Arrays.stream(line).max().orElse(0);
    double sum = 0;
    for (double v : line) {
      sum += Math.exp(v - max);
    }
    return max + Math.log(sum);
  }

  /** Each vector along the last axis changed in double. */
  private static HostTensor lines(HostTensor x, java.util.function.Consumer<double[]> change) {
    int n = x.size(-1);
    HostTensor y = HostTensor.zeros(x.shape());
    double[] line = new double[n];
    for (int at = 0; at < x.data().length; at += n) {
      for (int i = 0; i < n; i++) {
        line[i] = x.data()[at + i];
      }
      change.accept(line);
      for (int i = 0; i < n; i++) {
        y.data()[at + i] = (float) line[i];
      }
    }
    return y;
  }

  @Override
  public HostTensor layerNorm(HostTensor x, HostTensor gain, HostTensor bias, double epsilon) {
    return lines(
        x,
        line -> {
          int n = line.length;
          double mean = Arrays.stream(line).sum() / n;
          double squares = 0;
          for (double v : line) {
            squares += (v - mean) * (v - mean);
          }
          double scale = 1 / Math.sqrt(squares / n + epsilon);
          for (int i = 0; i < n; i++) {
            line[i] = (line[i] - mean) * scale * gain.data()[i] + bias.data()[i];
          }
        });
  }

  @Override
  public HostTensor quickGelu(HostTensor x) {
    return unary(x, v -> v / (1 + Math.exp(-1.702 * v)));
  }

  @Override
  public HostTensor gelu(HostTensor x) {
    return unary(x, v -> 0.5 * v * (1 + Erf.of(v / Math.sqrt(2))));
  }

  @Override
  public HostTensor relu(HostTensor x) {
    return atLeast(x, 0);
  }

  @Override
  public HostTensor tanh(HostTensor x) {
    return unary(x, Math::tanh);
  }

  @Override
  public HostTensor chosen(List<HostTensor> from, Function<List<HostTensor>, HostTensor> rule) {
    return rule.apply(from);
  }

  @Override
  public HostTensor reshape(HostTensor x, long... shape) {
    return x.reshape(Shapes.reshaped(x.shape(), shape));
  }

  @Override
  public HostTensor transpose(HostTensor x, int... axes) {
    int rank = axes.length;
    long[] strides = new long[rank];
    long stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= x.shape()[i];
    }
    long[] shape = new long[rank];
    int[] steps = new int[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = x.shape()[axes[i]];
      steps[i] = (int) strides[axes[i]];
    }
    HostTensor y = HostTensor.zeros(shape);
    int[] at = new int[rank];
    int from = 0;
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = x.data()[from];
      for (int a = rank - 1; a >= 0; a--) {
        from += steps[a];
        if (++at[a] < shape[a]) {
          break;
        }
        from -= steps[a] * at[a];
        at[a] = 0;
      }
    }
    return y;
  }

  @Override
  public HostTensor slice(HostTensor x, int axis, long from, long to) {
    int inner = inner(x, axis);
    int size = x.size(axis);
    long[] shape = x.shape().clone();
    shape[axis] = to - from;
    HostTensor y = HostTensor.zeros(shape);
    int length = (int) (to - from) * inner;
    for (int i = 0; i * length < y.data().length; i++) {
      int start = (i * size + (int) from) * inner;
      System.arraycopy(x.data(), start, y.data(), i * length, length);
    }
    return y;
  }

  /** Elements behind an axis. */
  private static int inner(HostTensor x, int axis) {
    return (int) HostTensor.elements(Arrays.copyOfRange(x.shape(), axis + 1, x.shape().length));
  }

  @Override
  public HostTensor concat(int axis, List<HostTensor> parts) {
    long[] shape = parts.get(0).shape().clone();
    shape[axis] = parts.stream().mapToLong(p -> p.shape()[axis]).sum();
    HostTensor y = HostTensor.zeros(shape);
    int row = (int) shape[axis] * inner(y, axis);
    int at = 0;
    for (HostTensor p : parts) {
      int length = p.size(axis) * inner(p, axis);
      for (int i = 0; i * length < p.data().length; i++) {
        System.arraycopy(p.data(), i * length, y.data(), i * row + at, length);
      }
      at += length;
    }
    return y;
  }

  @Override
  public HostTensor repeatBatch(HostTensor x, HostTensor like) {
    long[] shape = x.shape().clone();
    shape[0] = like.shape()[0];
    HostTensor y = HostTensor.zeros(shape);
    for (int at = 0; at < y.data().length; at += x.data().length) {
      System.arraycopy(x.data(), 0, y.data(), at, x.data().length);
    }
    return y;
  }

  @Override
  public HostTensor rows(HostTensor table, int[] indices) {
    int width = table.size(1);
    HostTensor y = HostTensor.zeros(indices.length, width);
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(table.data(), indices[i] * width, y.data(), i * width, width);
    }
    return y;
  }

  @Override
  public HostTensor normalize(HostTensor x) {
    return lines(
        x,
        line -> {
          double length = Math.sqrt(Arrays.stream(line).map(v -> v * v).sum());
          for (int i = 0; i < line.length; i++) {
            line[i] /= length;
          }
        });
  }

  @Override
  public HostTensor highest(HostTensor x, int axis) {
    int rank = x.shape().length;
    long[] shape =
        IntStream.range(0, rank).filter(i -> i != axis).mapToLong(i -> x.shape()[i]).toArray();
    int n = x.size(axis);
    HostTensor y = HostTensor.zeros(shape);
    int inner = 1;
    for (int i = axis + 1; i < rank; i++) {
      inner *= x.size(i);
    }
    Arrays.fill(y.data(), Float.NEGATIVE_INFINITY);
    for (int i = 0; i < x.data().length; i++) {
      int to = i / (n * inner) * inner + i % inner;
      y.data()[to] = Math.max(y.data()[to], x.data()[i]);
    }
    return y;
  }

  @Override
  public HostTensor topMean(HostTensor x, int k) {
    int n = x.size(-1);
    HostTensor y = HostTensor.zeros(Arrays.copyOf(x.shape(), x.shape().length - 1));
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = (float) TopMean.of(Arrays.copyOfRange(x.data(), i * n, (i + 1) * n), k);
    }
    return y;
  }

  @Override
  public HostTensor roundToHalf(HostTensor x) {
    return unary(x, v -> Half.toFloat(Half.fromFloat((float) v)));
  }

  @Override
  public List<HostTensor> scope(Supplier<List<HostTensor>> body) {
    // the collector frees what nobody holds
    return body.get();
  }
}
