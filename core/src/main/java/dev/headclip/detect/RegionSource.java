package dev.headclip.detect;

import dev.headclip.image.ImageLoader;
import dev.headclip.image.RegionOfInterest;
import java.util.Optional;

/** Says which pixels of an image count. Thread-safe. */
@FunctionalInterface
public interface RegionSource {
  /** All pixels of all images. */
  static RegionSource all() {
    return AllPixels.ONE;
  }

  /** The same of all images. */
  static RegionSource of(RegionOfInterest one) {
    return new RegionSource() {
      @Override
      public Optional<RegionOfInterest> of(ImageSource image, ImageLoader loader) {
        return Optional.of(one);
      }

      @Override
      public Optional<RegionOfInterest> ofAll() {
        return Optional.of(one);
      }
    };
  }

  /** The region of all images, where it is one. */
  default Optional<RegionOfInterest> ofAll() {
    return Optional.empty();
  }

  /**
   * An image's region, of any size of its shape; empty where all of it counts.
   *
   * @throws dev.headclip.HeadClipException in one line that does not name the image
   */
  Optional<RegionOfInterest> of(ImageSource image, ImageLoader loader);
}

/** Nothing was said of regions. */
enum AllPixels implements RegionSource {
  ONE;

  @Override
  public Optional<RegionOfInterest> of(ImageSource image, ImageLoader loader) {
    return Optional.empty();
  }
}
