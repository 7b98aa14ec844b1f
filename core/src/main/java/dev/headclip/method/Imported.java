package dev.headclip.method;

import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorSource;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What an authors' checkpoint holds.
 *
 * @param learned the numbers under the names of adapter files
 * @param backbone the CLIP that such checkpoints are made for, where their sizes tell
 */
public record Imported(Tensors<HostTensor> learned, Optional<ClipConfig> backbone) {
  /** Which most published checkpoints are for. */
  private static final ClipConfig USUAL = ClipConfig.VIT_L_14_336;

  /**
   * Of a checkpoint for the usual CLIP, or for one that it does not tell.
   *
   * @param usual whether its sizes are those of {@link ClipConfig#VIT_L_14_336}
   */
  public static Imported of(Tensors<HostTensor> learned, Predicate<ClipConfig> usual) {
    return new Imported(learned, Optional.of(USUAL).filter(usual));
  }

  /** What stands before a tensor's name in a checkpoint; empty where there is no such tensor. */
  public static Optional<String> prefix(TensorSource checkpoint, String name) {
    return checkpoint.tensors().keySet().stream()
        .filter(n -> n.equals(name) || n.endsWith("." + name))
        .findFirst()
        .map(n -> n.substring(0, n.length() - name.length()));
  }
}
