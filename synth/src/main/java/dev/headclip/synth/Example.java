package dev.headclip.synth;

import dev.headclip.image.RgbImage;
import java.util.Optional;

/**
 * A made picture with all that is known of it.
 *
 * @param image the picture
 * @param mask 1 on the defect, 0 elsewhere, row-major
 * @param noun what is seen
 * @param defect what is wrong, if anything
 */
public record Example(RgbImage image, byte[] mask, String noun, Optional<DefectKind> defect) {
  public boolean anomalous() {
    return defect.isPresent();
  }
}
