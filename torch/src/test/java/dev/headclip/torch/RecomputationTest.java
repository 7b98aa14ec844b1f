package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RecomputationTest {
  private static HostTensor random(long seed, long... shape) {
    SplittableRandom r = new SplittableRandom(seed);
    HostTensor t = HostTensor.zeros(shape);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) r.nextGaussian();
    }
    return t;
  }

  /** A chain of two parts whose inputs and bodies share a learned weight, and a second branch. */
  private static float[][] gradients(NDManager manager, boolean again, AtomicInteger runs) {
    try (TorchOps ops = new TorchOps(manager)) {
      NDArray weight = TorchLearner.leaf(ops, random(1, 5, 5));
      NDArray bias = TorchLearner.leaf(ops, random(2, 5));
      NDArray data = ops.constant(random(3, 4, 5));
      NDArray loss;
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        UnaryOperator<NDArray> body =
            x -> {
              runs.incrementAndGet();
              return ops.gelu(ops.linear(ops.softmax(x), weight, bias));
            };
        NDArray entering = ops.add(data, bias);
        NDArray first =
            again ? ops.recomputed(entering, body) : ops.scoped(() -> body.apply(entering));
        NDArray mixed = ops.roundToHalf(ops.add(first, ops.mul(bias, bias)));
        NDArray second = again ? ops.recomputed(mixed, body) : ops.scoped(() -> body.apply(mixed));
        loss = ops.mean(ops.add(ops.mul(second, second), ops.mul(first, data)));
        ops.backward(loss);
      }
      return new float[][] {TorchLearner.gradient(weight), TorchLearner.gradient(bias)};
    }
  }

  @Test
  void gradientsAreThoseOfAComputationThatKeepsEverything() {
    try (NDManager manager = Torch.manager()) {
      AtomicInteger runs = new AtomicInteger();
      float[][] kept = gradients(manager, false, runs);
      assertThat(runs.get()).isEqualTo(2);
      float[][] again = gradients(manager, true, runs);
      assertThat(runs.get()).as("each part ran twice more").isEqualTo(6);
      for (int i = 0; i < kept.length; i++) {
        Golden.assertClose("gradient " + i, HostTensor.of(kept[i], kept[i].length), again[i], 1e-6);
      }
    }
  }
}
