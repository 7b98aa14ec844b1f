package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** A supply of surfaces: drawn ones, or photographs. */
interface Textures {
  /**
   * A surface and what it is called.
   *
   * @param picture the surface
   * @param noun for captions
   */
  record Sample(Picture picture, String noun) {}

  Sample sample(int width, int height, RandomGenerator r);

  /** The same, of whose pictures a share must look the same all over. */
  default Textures evenly(double share) {
    return this;
  }

  /** What it holds, for the record. */
  String description();
}
