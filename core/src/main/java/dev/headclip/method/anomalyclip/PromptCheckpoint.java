package dev.headclip.method.anomalyclip;

import dev.headclip.HeadClipException;
import dev.headclip.method.Imported;
import dev.headclip.method.prompt.LearnedPrompts;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TensorSource;
import java.util.Arrays;
import java.util.Optional;

/** The prompt learner's checkpoints (docs/spec/anomalyclip.md section 1). */
final class PromptCheckpoint {
  private static final String NORMAL = "ctx_pos";
  private static final String ABNORMAL = "ctx_neg";
  private static final String DEEP = "compound_prompts_text.";

  private PromptCheckpoint() {}

  /** Empty where the file has no prompt learner. */
  static Optional<Imported> read(TensorSource file) {
    return Imported.prefix(file, NORMAL).map(prefix -> read(file, prefix));
  }

  private static Imported read(TensorSource file, String prefix) {
    Tensors<HostTensor> learned =
        Tensors.of(LearnedPrompts.NORMAL, words(file, prefix + NORMAL))
            .with(LearnedPrompts.ABNORMAL, words(file, prefix + ABNORMAL));
    for (int i = 0; file.tensors().containsKey(prefix + DEEP + i); i++) {
      learned = learned.with(LearnedPrompts.DEEP + i, file.host(prefix + DEEP + i));
    }
    int width = learned.get(LearnedPrompts.NORMAL).size(1);
    return Imported.of(learned, usual -> usual.text().width() == width);
  }

  /** [1,1,words,width] to [words,width]. */
  private static HostTensor words(TensorSource file, String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null || info.shape().length < 2) {
      throw new HeadClipException(
          "tensor %s is %s, expected [1,1,words,width]"
              .formatted(name, info == null ? "missing" : info.text()));
    }
    long[] shape = info.shape();
    long[] last = Arrays.copyOfRange(shape, shape.length - 2, shape.length);
    if (HostTensor.elements(shape) != last[0] * last[1]) {
      throw new HeadClipException(
          "tensor %s has shape %s, expected [1,1,words,width]: one prompt for all classes"
              .formatted(name, info.text()));
    }
    return file.host(name).reshape(last);
  }
}
