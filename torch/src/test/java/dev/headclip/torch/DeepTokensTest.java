package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.DeepTokens.Mode;
import dev.headclip.clip.TextTower;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeepTokensTest {
  private final Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
  private final ClipConfig config = TinyClip.config();
  private final PromptIds ids =
      PromptIds.of(Golden.ids(golden.get("ids")), config.vocabulary() - 1);

  @Test
  void everyModeAndStartGivesItsOwnFeatures() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      TextTower<NDArray> tower = new TextTower<>(config, TinyClip.weights(manager, 70));
      NDArray words = tower.embed(ops, ids.ids());
      List<NDArray> deep =
          List.of(ops.constant(golden.get("text.deep.0")), ops.constant(golden.get("text.deep.1")));
      float[] none = tower.forward(ops, words, ids.eot(), DeepTokens.none()).toFloatArray();
      float[] second = run(ops, tower, words, deep, 2, Mode.OVERWRITE);
      float[] first = run(ops, tower, words, deep, 1, Mode.OVERWRITE);
      float[] inserted = run(ops, tower, words, deep, 1, Mode.INSERT);
      assertThat(second).isNotEqualTo(none);
      assertThat(first).isNotEqualTo(second);
      assertThat(inserted).hasSize(none.length).isNotEqualTo(first);
    }
  }

  @Test
  void insertingBeforeTheFirstLayerEqualsALongerSentence() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      TextTower<NDArray> tower = new TextTower<>(config, TinyClip.weights(manager, 70));
      NDArray words = tower.embed(ops, ids.ids());
      NDArray tokens = ops.constant(golden.get("text.deep.0"));
      float[] found = run(ops, tower, words, List.of(tokens), 1, Mode.INSERT);
      // the same sequence made by hand: positions are added before inserting, so take them off
      NDArray positions =
          TinyClip.weights(manager, 70).get("text_model.embeddings.position_embedding.weight");
      int n = ids.ids()[0].length;
      NDArray placed = words.add(positions.get("0:" + n));
      NDArray four = tokens.reshape(1, 4, -1).repeat(0, 2);
      NDArray longer = placed.get(":,0:1").concat(four, 1).concat(placed.get(":,1:"), 1);
      NDArray bare = longer.sub(positions.get("0:" + (n + 4)));
      int[] eot = {ids.eot()[0] + 4, ids.eot()[1] + 4};
      float[] expected = tower.forward(ops, bare, eot, DeepTokens.none()).toFloatArray();
      Golden.assertClose("inserted", HostTensor.of(expected, 2, 32), found, 1e-5);
    }
  }

  @Test
  void halfRoundingRoundsToTheNearestHalf() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      float[] rounded =
          ops.roundToHalf(ops.constant(HostTensor.of(new float[] {0.3f, 1e-9f}, 2))).toFloatArray();
      assertThat(rounded).containsExactly(0.30004883f, 0f);
    }
  }

  private float[] run(
      TorchOps ops,
      TextTower<NDArray> tower,
      NDArray words,
      List<NDArray> deep,
      int start,
      Mode mode) {
    return tower.forward(ops, words, ids.eot(), new DeepTokens<>(deep, start, mode)).toFloatArray();
  }
}
