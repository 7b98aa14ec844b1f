package dev.headclip.synth;

import java.util.random.RandomGenerator;

/**
 * Two supplies in one.
 *
 * @param share of the first, 0 to 1
 */
record MixedTextures(Textures first, Textures second, double share) implements Textures {
  @Override
  public Sample sample(int width, int height, RandomGenerator r) {
    return (r.nextDouble() < share ? first : second).sample(width, height, r);
  }

  @Override
  public Textures evenly(double even) {
    return new MixedTextures(first.evenly(even), second.evenly(even), share);
  }

  @Override
  public String description() {
    return "%s of %s, else %s".formatted(share, first.description(), second.description());
  }
}
