package dev.headclip.detect;

import dev.headclip.image.RgbImage;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Optional;

/** What became of an image before anything is judged. */
sealed interface Looked {
  /** The image. */
  ImageSource source();

  /**
   * The network saw it.
   *
   * @param evidence the method's, with what was tapped
   * @param ms of the network
   * @param pixels the decoded image, where asked for
   */
  record Seen(
      ImageSource source,
      Sight.Prepared prepared,
      Tensors<HostTensor> evidence,
      double ms,
      Optional<RgbImage> pixels)
      implements Looked {
    /** For callers elsewhere. */
    Look.Seen look() {
      return look("", Optional.empty());
    }

    /** The same of a reference. */
    Look.Seen look(String digest, Optional<Tensors<HostTensor>> copies) {
      return new Look.Seen(
          source,
          prepared.width(),
          prepared.height(),
          prepared.page(),
          digest,
          evidence,
          copies,
          prepared.ms() + ms);
    }
  }

  /**
   * It could not be read.
   *
   * @param error one line
   */
  record Failed(ImageSource source, String error) implements Looked {}
}
