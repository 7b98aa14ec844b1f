package dev.headclip.detect;

import dev.headclip.image.ImageLoader;
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
      implements Outcome {
    /**
     * With the image decoded once more, to be drawn upon.
     *
     * @throws dev.headclip.HeadClipException where it cannot be, any more
     */
    public Scored withPixels(ImageLoader loader) {
      return new Scored(source, detection, Optional.of(source.content().load(loader)));
    }
  }

  /**
   * It could not be.
   *
   * @param error one line
   */
  record Failed(ImageSource source, String error) implements Outcome {}
}
