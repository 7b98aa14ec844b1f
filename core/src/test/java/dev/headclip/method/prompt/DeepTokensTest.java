package dev.headclip.method.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.Weights;
import dev.headclip.method.prompt.DeepSettings.Mode;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.testing.HostInterpreter;
import dev.headclip.testing.TinyModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeepTokensTest {
  private final Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
  private final HostOps ops = new HostOps();
  private final TokenIds ids =
      TokenIds.of(Golden.ids(golden.get("ids")), TinyModel.config().vocabulary() - 1);
  private final Weights<HostTensor> weights = weights();
  private final TextTower<HostTensor> tower = new TextTower<>(TinyModel.config(), weights);
  private final HostTensor words = tower.embed(ops, ids.ids());

  private static Weights<HostTensor> weights() {
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      return HostInterpreter.weights(b, TinyModel.SIDE, PositionResize.BILINEAR);
    }
  }

  private HostTensor run(List<HostTensor> deep, int start, Mode mode) {
    DeepSettings settings = new DeepSettings(start, mode, false, 4, start - 1 + deep.size());
    return tower.forward(ops, words, ids.eot(), new DeepTokens<>(deep, settings));
  }

  @Test
  void everyModeAndStartGivesItsOwnFeatures() {
    List<HostTensor> deep = List.of(golden.get("text.deep.0"), golden.get("text.deep.1"));
    HostTensor none = tower.forward(ops, words, ids.eot(), LayerHook.none());
    HostTensor second = run(deep, 2, Mode.OVERWRITE);
    HostTensor first = run(deep, 1, Mode.OVERWRITE);
    HostTensor inserted = run(deep, 1, Mode.INSERT);
    assertThat(List.of(none, second, first, inserted)).doesNotHaveDuplicates();
    assertThat(inserted.shape()).isEqualTo(none.shape());
  }

  @Test
  void insertingBeforeTheFirstLayerEqualsALongerSentence() {
    HostTensor tokens = golden.get("text.deep.0");
    HostTensor found = run(List.of(tokens), 1, Mode.INSERT);
    // the same sequence made by hand: positions are added before inserting, so take them off
    int n = ids.ids()[0].length;
    HostTensor positions = weights.get(ClipNames.TEXT_POSITION);
    HostTensor placed = ops.add(words, ops.slice(positions, 0, 0, n));
    HostTensor one = ops.reshape(tokens, 1, 4, -1);
    HostTensor longer =
        ops.concat(
            1,
            List.of(
                ops.slice(placed, 1, 0, 1),
                ops.concat(0, List.of(one, one)),
                ops.slice(placed, 1, 1, n)));
    HostTensor bare = ops.add(longer, ops.scale(ops.slice(positions, 0, 0, n + 4), -1));
    int[] eot = {ids.eot()[0] + 4, ids.eot()[1] + 4};
    HostTensor expected = tower.forward(ops, bare, eot, LayerHook.none());
    Golden.assertClose("inserted", expected, found.data(), 1e-5);
  }
}
