package dev.headclip.method.local;

import dev.headclip.settings.SettingException;
import java.util.List;

/** The layers whose features make maps. */
public final class OutputLayers {
  private OutputLayers() {}

  /** Throws where layers are asked for that an image tower of {@code layers} does not have. */
  public static void check(LayerRange csa, List<Integer> outputs, int layers) {
    if (csa.last() > layers) {
      throw new SettingException("csa", csa, "layers up to the backbone's " + layers);
    }
    if (outputs.stream().anyMatch(l -> l > layers)) {
      throw new SettingException("output_layers", outputs, "up to the backbone's " + layers);
    }
  }

  /** A quarter, half, three quarters and all of a tower: 6, 12, 18, 24 of 24. */
  public static List<Integer> quarters(int layers) {
    return java.util.stream.IntStream.rangeClosed(1, 4)
        .map(i -> Math.max(1, layers * i / 4))
        .boxed()
        .toList();
  }
}
