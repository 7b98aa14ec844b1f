package dev.headclip.detect;

import dev.headclip.image.RgbImage;
import java.util.Optional;

/** What became of one image of many. */
public sealed interface Outcome {
  /** The image. */
  ImageSource source();

  /**
   * It was scored.
   *
   * @param detection what was found
   * @param pixels the decoded image, where asked for
   */
  record Scored(ImageSource source, Detection detection, Optional<RgbImage> pixels)
      implements Outcome {}

  /**
   * It could not be.
   *
   * @param error one line
   */
  record Failed(ImageSource source, String error) implements Outcome {}
}
