package dev.headclip.synth;

import java.util.random.RandomGenerator;

/**
 * A supply of which a share is even, and all of it pictures: packages of textures hold signs, doors
 * and masks, too, in which what stands alone is no defect.
 *
 * @param share that must be even, 0 to 1
 */
record EvenTextures(Textures from, double share) implements Textures {
  /** After so many in vain, what is there is taken. */
  private static final int TRIES = 12;

  @Override
  public Sample sample(int width, int height, RandomGenerator r) {
    boolean even = r.nextDouble() < share;
    for (int i = 1; ; i++) {
      Sample s = from.sample(width, height, r);
      Evenness e = Evenness.of(s.picture());
      if (i == TRIES || e.isPicture() && (!even || e.isEven())) {
        return s;
      }
    }
  }

  @Override
  public String description() {
    return "%s, %s of them even".formatted(from.description(), share);
  }
}
