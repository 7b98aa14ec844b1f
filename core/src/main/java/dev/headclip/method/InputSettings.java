package dev.headclip.method;

import dev.headclip.clip.PositionResize;

/** What every method's settings say of the network's input. */
public interface InputSettings {
  /** Side S of the square network input, pixels; a multiple of the patch size [image_size]. */
  int imageSize();

  /** How position embeddings are brought to its grid [position]. */
  default PositionResize position() {
    return PositionResize.BILINEAR;
  }
}
