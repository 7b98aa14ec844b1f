package dev.headclip.method.adaclip;

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

  private AdaClipCheckpoint() {}

  /** Empty where the file has no such prompts. */
  static Optional<Imported> read(TensorSource file) {
    String first = AdaClip.STATIC_VISUAL + 0;
    return Imported.prefix(file, first).map(prefix -> read(file, prefix));
  }

  private static Imported read(TensorSource file, String prefix) {
    Tensors<HostTensor> learned = Tensors.none();
    for (String name : file.tensors().keySet()) {
      if (name.startsWith(prefix)) {
        String own = name.substring(prefix.length());
        if (LEARNED.stream().anyMatch(own::startsWith)) {
          learned = learned.with(own, file.host(name));
        }
      }
    }
    int width = learned.get(AdaClip.STATIC_VISUAL + 0).size(-1);
    return Imported.of(learned, usual -> usual.vision().width() == width);
  }
}
