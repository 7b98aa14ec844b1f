package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.TopPixels;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The golden files' miniature CLIP and the settings they were made with. */
public final class TinyClip {
  private TinyClip() {}

  public static ClipConfig config() {
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      return b.config();
    }
  }

  public static TorchWeights weights(NDManager manager, int imageSize) {
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      return TorchWeights.load(
          manager, b.config(), b.weights(), imageSize, PositionResize.BILINEAR);
    }
  }

  public static HeadClipSettings goldenSettings() {
    return HeadClipSettings.defaultsFor(config())
        .withImageSize(70)
        .withLocalPath(LocalPath.of(2, 5))
        .withOutputLayers(List.of(3, 5))
        .withTop(new TopPixels.Fraction(0.01))
        .withClsLnPost(true);
  }

  public static Learned<HostTensor> learned(Map<String, HostTensor> golden, String prefix) {
    return new Learned<>(
        golden.get(prefix + "prompt.normal"),
        golden.get(prefix + "prompt.abnormal"),
        List.of(golden.get(prefix + "text.deep.0"), golden.get(prefix + "text.deep.1")),
        Optional.of(golden.get(prefix + "head_weights")));
  }

  public static Learned<NDArray> onto(TorchOps ops, Learned<HostTensor> learned) {
    return learned.map(ops::constant);
  }
}
