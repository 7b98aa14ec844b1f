package dev.headclip.method.anovl;

import dev.headclip.method.FirstValue;
import dev.headclip.tensor.HostTensor;
import java.util.SplittableRandom;

/** Random numbers of an adaptation, image after image. */
public interface Draws {
  /** The weight of a linear layer where an image's adaptation starts, [out,in]. */
  HostTensor weight(int out, int in);

  /** Its bias, [out]. */
  HostTensor bias(int out, int in);

  /** What is added to the tokens in a step. */
  HostTensor noise(long... shape);

  /** From a seed; PyTorch's first values of a linear layer. */
  static Draws seeded(long seed, double deviation) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Draws() {
      @Override
      public HostTensor weight(int out, int in) {
        return FirstValue.uniform(1 / Math.sqrt(in)).draw(random, out, in);
      }

      @Override
      public HostTensor bias(int out, int in) {
        return FirstValue.uniform(1 / Math.sqrt(in)).draw(random, out);
      }

      @Override
      public HostTensor noise(long... shape) {
        return FirstValue.normal(deviation).draw(random, shape);
      }
    };
  }
}
