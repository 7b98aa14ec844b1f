package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which mask belongs to which image: by name, the mask's stem being the image's with or without one
 * of the usual endings. Only where no name at all fits and there are as many masks as images they
 * are taken in order, as the reference scripts do always (docs/spec/datasets.md section 0).
 */
final class MaskPairs {
  private static final List<String> ENDINGS =
      List.of("", "_mask", "_label", "_segmentation", "_gt", "_ground_truth");

  private MaskPairs() {}

  /** Masks by image; an image without one is absent. */
  static Map<Path, Path> of(List<Path> images, List<Path> masks) {
    Map<Path, Path> pairs = byName(images, masks);
    if (pairs.isEmpty() && images.size() == masks.size()) {
      for (int i = 0; i < images.size(); i++) {
        pairs.put(images.get(i), masks.get(i));
      }
    }
    return pairs;
  }

  /** The same where a missing mask says something, so that order never counts. */
  static Map<Path, Path> byName(List<Path> images, List<Path> masks) {
    Map<String, Path> byStem = new HashMap<>();
    masks.forEach(m -> byStem.put(Folders.stem(m).toLowerCase(java.util.Locale.ROOT), m));
    Map<Path, Path> pairs = new HashMap<>();
    for (Path image : images) {
      String stem = Folders.stem(image).toLowerCase(java.util.Locale.ROOT);
      ENDINGS.stream()
          .map(e -> byStem.get(stem + e))
          .filter(java.util.Objects::nonNull)
          .findFirst()
          .ifPresent(m -> pairs.put(image, m));
    }
    return pairs;
  }
}
