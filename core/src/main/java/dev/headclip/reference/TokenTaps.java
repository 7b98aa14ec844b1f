package dev.headclip.reference;

import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.function.Predicate;

/**
 * The tokens of the frozen tower that images are compared by: the residual stream after layers,
 * patches only.
 *
 * @param layers counted from 1; one may be named once
 * @param mean whether the mean of the layers is one set of tokens, instead of a set for each
 * @param finalNorm whether they pass the tower's last normalisation, ln_post
 * @param feature whether CLIP's image feature comes beside them
 * @param windows sides of the windows whose class tokens come beside them (WinCLIP+), patches
 */
public record TokenTaps(
    List<Integer> layers, boolean mean, boolean finalNorm, boolean feature, List<Integer> windows) {
  /** What the names of tokens begin with: {@code tokens.0}, each [B,N,width]. */
  public static final String TOKENS = "tokens.";

  /**
   * What the names of windows' class tokens begin with: {@code tapped_windows.0},
   * [B,windows,embed].
   */
  static final String WINDOWS = "tapped_windows.";

  /**
   * The name of the mean token, [B,width]: what is left of tokens where they were compared, for
   * whoever watches how images change.
   */
  public static final String MEAN = "token_mean";

  /** The name of the unit image feature, [B,embed]. */
  public static final String FEATURE = "image_feature";

  /** Of no windows. */
  public TokenTaps(List<Integer> layers, boolean mean, boolean finalNorm, boolean feature) {
    this(layers, mean, finalNorm, feature, List.of());
  }

  public TokenTaps {
    layers = List.copyOf(layers);
    windows = List.copyOf(windows);
    if (layers.isEmpty() || layers.stream().distinct().count() != layers.size()) {
      throw new SettingException("reference_layers", layers, "layers, each once");
    }
  }

  /** Sets of tokens. */
  public int sets() {
    return mean ? 1 : layers.size();
  }

  /**
   * Throws where a backbone has no such layer.
   *
   * @throws SettingException naming it
   */
  public void check(ClipConfig config) {
    int last = config.vision().layers();
    for (int l : layers) {
      if (l < 1 || l > last) {
        throw new SettingException(
            "reference_layers", l, "1 to %d, the backbone's layers".formatted(last));
      }
    }
  }

  /** Whether a tensor is one of these. */
  static boolean tapped(String name) {
    return name.startsWith(TOKENS) || name.startsWith(WINDOWS) || name.equals(FEATURE);
  }

  /** The mean token of each image, or part of one; nothing else. */
  public static Tensors<HostTensor> mean(Tensors<HostTensor> tokens) {
    HostTensor first = tokens.get(TOKENS + 0);
    int rows = first.size(0);
    int n = first.size(1);
    int width = first.size(2);
    float[] mean = new float[rows * width];
    for (int r = 0; r < rows; r++) {
      double[] one = Statistics.mean(first.data(), r * n * width, (r + 1) * n * width, width);
      for (int c = 0; c < width; c++) {
        mean[r * width + c] = (float) one[c];
      }
    }
    return Tensors.of(MEAN, HostTensor.of(mean, rows, width));
  }

  /** Evidence without tokens. */
  public static Tensors<HostTensor> without(Tensors<HostTensor> evidence) {
    return filtered(evidence, name -> !tapped(name));
  }

  /** The tokens among evidence. */
  public static Tensors<HostTensor> of(Tensors<HostTensor> evidence) {
    return filtered(evidence, TokenTaps::tapped);
  }

  private static Tensors<HostTensor> filtered(Tensors<HostTensor> all, Predicate<String> wanted) {
    Tensors<HostTensor> some = Tensors.none();
    for (String name : all.names()) {
      if (wanted.test(name)) {
        some = some.with(name, all.get(name));
      }
    }
    return some;
  }
}
