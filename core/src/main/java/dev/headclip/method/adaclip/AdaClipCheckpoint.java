package dev.headclip.method.adaclip;

import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Imported;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorSource;
import java.util.List;
import java.util.Optional;

/** The authors' checkpoints (docs/spec/adaclip.md section 8). */
final class AdaClipCheckpoint {
  private static final List<String> LEARNED =
      List.of(
          AdaClip.STATIC_TEXT,
          AdaClip.STATIC_VISUAL,
          AdaClip.PATCH_HEAD,
          AdaClip.CLS_HEAD,
          AdaClip.DYNAMIC_VISUAL,
          AdaClip.DYNAMIC_TEXT);

  /** Which every published one is for. */
  private static final ClipConfig PUBLISHED = ClipConfig.VIT_L_14_336;

  private AdaClipCheckpoint() {}

  /** Empty where the file has no such prompts. */
  static Optional<Imported> read(TensorSource file) {
    String first = AdaClip.STATIC_VISUAL + 0;
    Optional<String> found =
        file.tensors().keySet().stream()
            .filter(n -> n.equals(first) || n.endsWith("." + first))
            .findFirst();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String prefix = found.get().substring(0, found.get().length() - first.length());
    Tensors<HostTensor> learned = Tensors.none();
    for (String name : file.tensors().keySet()) {
      if (name.startsWith(prefix)) {
        String own = name.substring(prefix.length());
        if (LEARNED.stream().anyMatch(own::startsWith)) {
          learned = learned.with(own, file.host(name));
        }
      }
    }
    boolean usual = learned.get(first).size(-1) == PUBLISHED.vision().width();
    return Optional.of(new Imported(learned, usual ? Optional.of(PUBLISHED) : Optional.empty()));
  }
}
