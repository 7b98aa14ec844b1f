package dev.headclip.detect;

import dev.headclip.image.ImageLoader;
import dev.headclip.image.RegionOfInterest;
import java.util.Optional;

/** Says which pixels of an image count. Thread-safe. */
@FunctionalInterface
public interface RegionSource {
  /** All pixels of all images. */
  static RegionSource all() {
    return (image, loader) -> Optional.empty();
  }

  /**
   * An image's region, of any size of its shape; empty where all of it counts.
   *
   * @throws dev.headclip.HeadClipException in one line that does not name the image
   */
  Optional<RegionOfInterest> of(ImageSource image, ImageLoader loader);
}
