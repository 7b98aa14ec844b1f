package dev.headclip.torch;

import static dev.headclip.testing.Golden.assertClose;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TowersGoldenTest {
  private final Map<String, HostTensor> golden = Golden.tensors("towers.safetensors");
  private final ClipConfig config = TinyClip.config();

  @Test
  void imageTowerAgreesAtNativeSize() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      VisionTower<NDArray> tower = new VisionTower<>(config, TinyClip.weights(manager, 70));
      VisionTower.Output<NDArray> out = tower.forward(ops, ops.constant(golden.get("pixels")));
      check("image_plain", tower.project(ops, out.global(), true));
      check("image_plain_no_ln", tower.project(ops, out.global(), false));
      check("tokens_plain", tower.project(ops, out.tokens(), true));
    }
  }

  @Test
  void imageTowerAgreesWithInterpolatedPositions() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      VisionTower<NDArray> tower = new VisionTower<>(config, TinyClip.weights(manager, 98));
      VisionTower.Output<NDArray> out = tower.forward(ops, ops.constant(golden.get("pixels_98")));
      check("image_plain_98", tower.project(ops, out.global(), true));
    }
  }

  @Test
  void textTowerAgreesWithAndWithoutPadding() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      TextTower<NDArray> tower = new TextTower<>(config, TinyClip.weights(manager, 70));
      int[][] padded = Golden.ids(golden.get("ids"));
      PromptIds cut = PromptIds.of(padded, config.vocabulary() - 1);
      for (int[][] ids : new int[][][] {padded, cut.ids()}) {
        NDArray words = tower.embed(ops, ids);
        check("text_plain", tower.forward(ops, words, cut.eot(), DeepTokens.none()));
      }
    }
  }

  private void check(String name, NDArray found) {
    assertClose(name, golden.get(name), found.toFloatArray(), 1e-4);
  }
}
