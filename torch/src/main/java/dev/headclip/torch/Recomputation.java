package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Parts of a computation that keep nothing for their gradients but what entered them. On the way
 * back each is computed again, from the last to the first, and handed the gradient of its result.
 */
final class Recomputation {
  /** A part: its result is a leaf of what comes after it. */
  private record Part(NDArray input, UnaryOperator<NDArray> body, NDArray result) {}

  private final List<Part> parts = new ArrayList<>();

  /** Whether a gradient will come to an array. */
  static boolean wanted(NDArray input) {
    PtNDArray x = (PtNDArray) input;
    // requiresGrad knows leaves alone, the name of a function whatever was computed from such
    return JniUtils.isGradMode()
        && (JniUtils.requiresGrad(x) || JniUtils.getGradientFunctionNames(x) != null);
  }

  NDArray forward(TorchOps ops, NDArray input, UnaryOperator<NDArray> body) {
    JniUtils.setGradMode(false);
    NDArray result;
    try {
      result = ops.scoped(() -> body.apply(input));
    } finally {
      JniUtils.setGradMode(true);
    }
    result.setRequiresGradient(true);
    // both are needed after the scope they were made in
    ops.keep(input);
    ops.keep(result);
    parts.add(new Part(input, body, result));
    return result;
  }

  void backward(TorchOps ops, NDArray total) {
    pass(total, ops.own(total.onesLike()));
    for (int i = parts.size() - 1; i >= 0; i--) {
      Part p = parts.get(i);
      ops.scope(
          () -> {
            NDArray input = ops.own(p.input.stopGradient());
            input.setRequiresGradient(true);
            pass(p.body.apply(input), ops.own(p.result.getGradient()));
            pass(p.input, ops.own(input.getGradient()));
            return List.of();
          });
    }
    parts.clear();
  }

  /** The graph is kept: what several parts begin with is passed once for each. */
  private static void pass(NDArray of, NDArray gradient) {
    JniUtils.backward((PtNDArray) of, (PtNDArray) gradient, true, false);
  }
}
