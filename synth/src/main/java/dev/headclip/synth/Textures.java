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

  /** What it holds, for the record. */
  String description();
}
