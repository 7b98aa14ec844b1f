package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LayerHook;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.torch.TorchOps;
import java.util.ArrayList;
import java.util.List;

/** Keeps the tokens that references are compared by: the mean of layers in the middle. */
final class Middle implements LayerHook<NDArray> {
  private final List<Integer> layers;
  private final List<NDArray> seen = new ArrayList<>();

  Middle(ClipConfig config) {
    this.layers = ReferenceSettings.defaults().taps(config).layers();
  }

  @Override
  public void after(int layer, NDArray x) {
    if (layers.contains(layer)) {
      seen.add(x);
    }
  }

  /** Of the patches, [B,N,width]. */
  NDArray mean(TorchOps ops) {
    NDArray sum = seen.get(0);
    for (NDArray x : seen.subList(1, seen.size())) {
      sum = sum.add(x);
    }
    NDArray mean = ops.scale(sum, 1.0 / seen.size());
    return ops.slice(mean, 1, 1, mean.getShape().get(1));
  }
}
