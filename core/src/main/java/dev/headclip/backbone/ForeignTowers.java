package dev.headclip.backbone;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Networks that are published beside CLIP's and are none, by parts of their tensors' names. */
final class ForeignTowers {
  /** Beginnings of names; a longer one stands before those that it begins with. */
  private static final Map<String, String> KNOWN =
      new TreeMap<>(
              Map.of(
                  "vision_model.head.probe", "a SigLIP, which is not supported",
                  "visual.trunk.attn_pool.latent", "a SigLIP, which is not supported",
                  "visual.trunk.", "an image tower of timm's, which is not supported",
                  "visual.layer1.0.conv1.weight", "a ResNet, which is not supported",
                  "visual.blocks.0.", "an EVA-CLIP, which is not supported"))
          .descendingMap();

  private ForeignTowers() {}

  /** "; it looks like ...", or nothing. */
  static String hint(Collection<String> names) {
    for (Map.Entry<String, String> e : KNOWN.entrySet()) {
      if (names.stream().anyMatch(n -> n.startsWith(e.getKey()))) {
        return "; it looks like " + e.getValue();
      }
    }
    return "";
  }
}
