package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * One annotated image.
 *
 * @param image its file
 * @param mask its mask's file, where there is one
 * @param category the class it belongs to ("bottle")
 * @param kind the defect's folder, or the normal one's
 * @param anomalous the label
 */
public record Sample(
    Path image, Optional<Path> mask, String category, String kind, boolean anomalous) {
  public Sample {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(mask, "mask");
  }
}
