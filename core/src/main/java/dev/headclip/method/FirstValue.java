package dev.headclip.method;

import dev.headclip.tensor.HostTensor;
import java.util.SplittableRandom;

/** Where a learned tensor starts. */
public sealed interface FirstValue {
  /** Normal around a mean; deviation 0 for the mean itself. */
  record Normal(double mean, double deviation) implements FirstValue {
    @Override
    public HostTensor draw(SplittableRandom r, long... shape) {
      HostTensor t = HostTensor.filled((float) mean, shape);
      for (int i = 0; i < t.data().length; i++) {
        t.data()[i] += (float) (deviation * r.nextGaussian());
      }
      return t;
    }
  }

  /** Uniform in [-bound, bound]. */
  record Uniform(double bound) implements FirstValue {
    @Override
    public HostTensor draw(SplittableRandom r, long... shape) {
      HostTensor t = HostTensor.zeros(shape);
      for (int i = 0; i < t.data().length; i++) {
        t.data()[i] = (float) (bound * (2 * r.nextDouble() - 1));
      }
      return t;
    }
  }

  /** A tensor of first values. */
  HostTensor draw(SplittableRandom r, long... shape);

  /** Normal around 0. */
  static FirstValue normal(double deviation) {
    return new Normal(0, deviation);
  }

  /** The same number everywhere. */
  static FirstValue constant(double value) {
    return new Normal(value, 0);
  }

  /** Uniform in [-bound, bound]. */
  static FirstValue uniform(double bound) {
    return new Uniform(bound);
  }
}
