package dev.headclip.method.anovl;

import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/**
 * Tokens passed through the adapted layer: y = (1 - m) x + m g(x), where g(x) = tanh(W x/|x| + b) K
 * mixes the sentences K, or is W x/|x| + b itself (model.py:6-141).
 *
 * @param direction x / |x|, [..,E]
 * @param gate tanh(W x/|x| + b), or W x/|x| + b, [..,out]
 * @param tokens y, [..,E]
 * @param unit y / |y|
 * @param cosines with both sides, [..,2]
 * @param <T> the implementation's tensor
 */
record AdaptedTokens<T>(T direction, T gate, T tokens, T unit, T cosines) {
  static boolean mixesSentences(AnoVlSettings s) {
    return s.adaptTarget() == AnoVlSettings.Target.SENTENCES;
  }

  static <T> AdaptedTokens<T> of(TensorOps<T> ops, AnoVlSettings s, T x, Tensors<T> in) {
    T direction = ops.normalize(x);
    T linear = ops.linear(direction, in.get(TokenAdaptation.WEIGHT), in.get(TokenAdaptation.BIAS));
    T gate = mixesSentences(s) ? ops.tanh(linear) : linear;
    T g = mixesSentences(s) ? ops.matmul(gate, in.get(AnoVlNetwork.ROWS)) : gate;
    T y = ops.add(ops.scale(x, 1 - s.adaptMix()), ops.scale(g, s.adaptMix()));
    T unit = ops.normalize(y);
    T cosines = ops.scale(ops.linear(unit, in.get(AnoVlNetwork.TEXT)), 1 / s.temperature());
    return new AdaptedTokens<>(direction, gate, y, unit, cosines);
  }
}
