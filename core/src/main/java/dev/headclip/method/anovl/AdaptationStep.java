package dev.headclip.method.anovl;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Loss and gradients of one step (vl_test.py:102-110): with p_0 of the image's own tokens and p_1
 * of those with noise, the mean over places of
 *
 * <p>- sum_c p_0c ln p_0c + (- ln p_1,abnormal - ln p_0,normal) / 2.
 *
 * <p>The gradients are written out, so that every engine can run them: for a softmax p of z, the
 * entropy's is - p (ln p + H), and that of - ln p_k is p - e_k.
 */
record AdaptationStep(AnoVlSettings settings) implements Program {
  static final String NOISE = "noise";

  /** With a tile's number: what its lines of patches become, [lines,g]. */
  static final String ROWS_OF = "rows_of.";

  static final String COLUMNS_OF = "columns_of.";

  /** The loss before the step. */
  static final String LOSS = "loss";

  private static final String WEIGHT = TokenAdaptation.GRADIENT + TokenAdaptation.WEIGHT;
  private static final String BIAS = TokenAdaptation.GRADIENT + TokenAdaptation.BIAS;

  @Override
  public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> in) {
    T tokens = in.get(AnoVlNetwork.TOKENS);
    Side<T> clean = new Side<>(ops, in, tokens);
    Side<T> noisy = new Side<>(ops, in, ops.add(tokens, in.get(NOISE)));
    T p0 = clean.probability();
    T p1 = noisy.probability();
    T ln0 = clean.logProbability();
    T ln1 = noisy.logProbability();
    long places = ops.shape(p0)[0];
    T entropy = ops.reshape(ops.negative(ops.sum(ops.mul(p0, ln0), 1)), places, 1);
    T normal = ops.slice(ln0, 1, 0, 1);
    T abnormal = ops.slice(ln1, 1, 1, 2);
    T loss = ops.mean(ops.add(entropy, ops.scale(ops.add(normal, abnormal), -0.5)));
    T ofEntropy = ops.negative(ops.mul(p0, ops.add(ln0, entropy)));
    T gradient0 = ops.add(ofEntropy, ops.scale(without(ops, p0, 0), 0.5));
    T gradient1 = ops.scale(without(ops, p1, 1), 0.5);
    Tensors<T> first = clean.backward(ops.scale(gradient0, 1.0 / places));
    Tensors<T> second = noisy.backward(ops.scale(gradient1, 1.0 / places));
    return Tensors.of(LOSS, loss)
        .with(WEIGHT, sum(ops, first, second, WEIGHT))
        .with(BIAS, sum(ops, first, second, BIAS));
  }

  private static <T> T sum(TensorOps<T> ops, Tensors<T> a, Tensors<T> b, String name) {
    return ops.add(a.get(name), b.get(name));
  }

  /** p - e_k. */
  private static <T> T without(TensorOps<T> ops, T p, int k) {
    float[] e = {k == 0 ? -1 : 0, k == 1 ? -1 : 0};
    return ops.add(p, ops.constant(HostTensor.of(e, 2)));
  }

  /** One version of the tokens, forth and back. */
  private final class Side<T> {
    private final TensorOps<T> ops;
    private final Tensors<T> in;
    private final long tiles;
    private final long grid;
    private final AdaptedTokens<T> adapted;
    // cosines at the places of the loss, [places,2]
    private final T logits;

    Side(TensorOps<T> ops, Tensors<T> in, T tokens) {
      this.ops = ops;
      this.in = in;
      long[] shape = ops.shape(tokens);
      this.tiles = shape[0];
      this.grid = Math.round(Math.sqrt(shape[1]));
      T flat = ops.reshape(tokens, tiles * shape[1], shape[2]);
      this.adapted = AdaptedTokens.of(ops, settings, flat, in);
      this.logits = spread();
    }

    T probability() {
      return ops.softmax(logits);
    }

    T logProbability() {
      return ops.logSoftmax(logits);
    }

    /** Both sides' values of tile i, [2,g,g]. */
    private T tile(T perToken, int i) {
      long n = grid * grid;
      T own = ops.reshape(ops.slice(perToken, 0, i * n, (i + 1) * n), grid, grid, 2);
      return ops.transpose(own, 2, 0, 1);
    }

    /** Sum over tiles of R C K^T. */
    private T spread() {
      T sum = spread(0);
      for (int i = 1; i < tiles; i++) {
        sum = ops.add(sum, spread(i));
      }
      return ops.reshape(ops.transpose(sum, 1, 2, 0), -1, 2);
    }

    private T spread(int i) {
      T rows = ops.matmul(in.get(ROWS_OF + i), tile(adapted.cosines(), i));
      return ops.linear(rows, in.get(COLUMNS_OF + i));
    }

    /** Its transpose: R^T G K of each tile. */
    private T gathered(T gradient) {
      long rows = ops.shape(in.get(ROWS_OF + 0))[0];
      T planes = ops.transpose(ops.reshape(gradient, rows, -1, 2), 2, 0, 1);
      List<T> all = new ArrayList<>();
      for (int i = 0; i < tiles; i++) {
        T back = ops.matmul(ops.transpose(in.get(ROWS_OF + i), 1, 0), planes);
        T own = ops.matmul(back, in.get(COLUMNS_OF + i));
        all.add(ops.reshape(ops.transpose(own, 1, 2, 0), grid * grid, 2));
      }
      return ops.concat(0, all);
    }

    /** From the gradient of the logits to that of weight and bias. */
    Tensors<T> backward(T ofLogits) {
      T ofCosines = ops.scale(gathered(ofLogits), 1 / settings.temperature());
      T ofUnit = ops.matmul(ofCosines, in.get(AnoVlNetwork.TEXT));
      // through y / |y|
      T along = rowSum(ops.mul(adapted.unit(), ofUnit));
      T across = ops.add(ofUnit, ops.negative(ops.mul(adapted.unit(), along)));
      T length = rowSum(ops.mul(adapted.tokens(), adapted.unit()));
      T ofG = ops.scale(ops.div(across, length), settings.adaptMix());
      T ofLinear = ofG;
      if (AdaptedTokens.mixesSentences(settings)) {
        T ofGate = ops.linear(ofG, in.get(AnoVlNetwork.ROWS));
        T slope = ops.plus(ops.negative(ops.mul(adapted.gate(), adapted.gate())), 1);
        ofLinear = ops.mul(ofGate, slope);
      }
      T weight = ops.matmul(ops.transpose(ofLinear, 1, 0), adapted.direction());
      return Tensors.of(WEIGHT, weight, BIAS, ops.sum(ofLinear, 0));
    }

    private T rowSum(T x) {
      return ops.reshape(ops.sum(x, 1), -1, 1);
    }
  }
}
