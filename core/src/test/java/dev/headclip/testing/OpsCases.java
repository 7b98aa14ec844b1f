package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Every operation of {@link TensorOps} over odd sizes: interpreters must say what HostOps says. */
public final class OpsCases {
  private static final double TOLERANCE = 2e-5;

  private OpsCases() {}

  private static HostTensor random(long seed, long... shape) {
    SplittableRandom r = new SplittableRandom(seed);
    HostTensor t = HostTensor.zeros(shape);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) r.nextGaussian();
    }
    return t;
  }

  /** The same results by the plain interpreter and by another. */
  public static void agree(Interpreter other) {
    Tensors<HostTensor> expected = new HostInterpreter().run(new All());
    Tensors<HostTensor> found = other.run(new All());
    assertThat(found.names()).containsExactlyElementsOf(expected.names());
    for (String name : expected.names()) {
      HostTensor e = expected.get(name);
      assertThat(found.get(name).shape()).as(name).isEqualTo(e.shape());
      Golden.assertClose(name, e, found.get(name).data(), TOLERANCE);
    }
  }

  /** All operations, each under its name. */
  public static final class All implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> world) {
      TensorOps<T> o = world.ops();
      T x = o.constant(random(1, 3, 5, 7));
      T y = o.constant(random(2, 3, 5, 7));
      T row = o.constant(random(3, 7));
      T one = o.constant(random(4, 3, 1, 7));
      T weight = o.constant(random(5, 11, 7));
      T bias = o.constant(random(6, 11));
      T table = o.constant(random(7, 13, 3));
      T positive = o.plus(o.mul(x, x), 0.1);
      Map<String, T> all = new java.util.LinkedHashMap<>();
      all.put("linear", o.linear(x, weight));
      all.put("linear with bias", o.linear(x, weight, bias));
      all.put("linear of a matrix", o.linear(o.reshape(x, 15, 7), weight));
      all.put("matmul", o.matmul(x, o.transpose(y, 0, 2, 1)));
      all.put("matmul of a matrix and a batch", o.matmul(o.constant(random(8, 4, 5)), x));
      all.put("add", o.add(x, y));
      all.put("add a row", o.add(x, row));
      all.put("add a middle axis of one", o.add(x, one));
      all.put("mul", o.mul(x, y));
      all.put("mul by a middle axis of one", o.mul(one, x));
      all.put("div", o.div(x, positive));
      all.put("div of a number", o.div(o.constant(HostTensor.of(new float[] {2}, 1)), positive));
      all.put("scale", o.scale(x, -1.7));
      all.put("negative", o.negative(x));
      all.put("plus", o.plus(x, 0.3));
      all.put("atLeast", o.atLeast(x, 0.2));
      all.put("log", o.log(positive));
      all.put("sum of the last axis", o.sum(x, 2));
      all.put("sum from behind", o.sum(x, -1));
      all.put("sum of two axes", o.sum(x, 1, 2));
      all.put("sum of the first axis", o.sum(x, 0));
      all.put("mean", o.mean(x));
      all.put("softmax", o.softmax(o.scale(x, 20)));
      all.put("logSoftmax", o.logSoftmax(o.scale(x, 20)));
      all.put("layerNorm", o.layerNorm(x, row, o.scale(row, 0.5), 1e-5));
      all.put("quickGelu", o.quickGelu(o.scale(x, 3)));
      all.put("gelu", o.gelu(o.scale(x, 3)));
      all.put("relu", o.relu(x));
      all.put("tanh", o.tanh(o.scale(x, 2)));
      all.put("reshape", o.reshape(x, 5, -1, 3));
      all.put("transpose", o.transpose(x, 2, 0, 1));
      all.put("slice", o.slice(x, 1, 1, 4));
      all.put("slice of the last axis", o.slice(x, 2, 6, 7));
      all.put("concat", o.concat(1, List.of(x, one, y)));
      all.put("concat of the first axis", o.concat(0, List.of(x, y)));
      all.put("repeatBatch", o.repeatBatch(o.reshape(row, 1, 7, 1), x));
      all.put("rows", o.rows(table, new int[] {12, 0, 3, 3}));
      all.put("gather", o.gather(x, 1, new int[] {4, 0, 4, 2}));
      all.put("gather of the first axis", o.gather(x, 0, new int[] {2, 1}));
      all.put("gather of the last axis", o.gather(x, 2, new int[] {6, 5, 0}));
      all.put("normalize", o.normalize(x));
      all.put("highest, first axis", o.highest(x, 0));
      all.put("highest, last axis", o.highest(x, o.shape(x).length - 1));
      all.put("topMean", o.topMean(x, 3));
      all.put("topMean of all", o.topMean(x, 7));
      all.put("roundToHalf", o.roundToHalf(o.scale(x, 1e-3)));
      T q = o.constant(random(9, 2, 5, 6));
      T k = o.constant(random(10, 2, 3, 6));
      T v = o.constant(random(11, 2, 3, 6));
      all.put("attention", o.attention(q, k, v, 2, Optional.empty()));
      T mask = o.constant(random(12, 5, 3));
      all.put("attention with a mask", o.attention(q, k, v, 3, Optional.of(mask)));
      all.put("scope", o.scope(() -> List.of(o.add(x, y), o.mul(x, y))).get(1));
      return new Tensors<>(all);
    }
  }
}
