package dev.headclip.detect;

import dev.headclip.image.RgbImage;
import java.nio.file.Path;
import java.util.Optional;

/** What became of one image of many. */
public sealed interface Outcome {
  /** The image's file. */
  Path image();

  /**
   * It was scored.
   *
   * @param detection what was found
   * @param pixels the decoded image, where asked for
   */
  record Scored(Path image, Detection detection, Optional<RgbImage> pixels) implements Outcome {}

  /**
   * It could not be.
   *
   * @param error one line
   */
  record Failed(Path image, String error) implements Outcome {}
}
