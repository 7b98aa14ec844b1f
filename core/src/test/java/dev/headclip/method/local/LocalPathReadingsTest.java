package dev.headclip.method.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.Weights;
import dev.headclip.method.local.LocalPath.Aggregate;
import dev.headclip.method.local.LocalPath.Constraint;
import dev.headclip.method.local.LocalPath.StateNorm;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Golden;
import dev.headclip.testing.HostInterpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every reading of docs/spec/headclip.md section 4 against its sum written out. */
class LocalPathReadingsTest {
  private static final LocalPath PATH = LocalPath.of(2, 5);
  private static final int HEADS = 4;
  private static final int TOKENS = 26;
  private static final int WIDTH = 64;

  private final HostOps ops = new HostOps();
  private final Weights<HostTensor> weights;
  private final Clip<HostTensor> clip;
  private final HostTensor pixels;
  private final HostTensor heads;

  LocalPathReadingsTest() {
    Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      weights = HostInterpreter.weights(b, 70, PositionResize.BILINEAR);
      clip = new Clip<>(b.config(), weights, s -> new TokenIds(new int[1][1], new int[1]));
    }
    pixels = golden.get("pixels");
    heads = golden.get("head_weights");
  }

  private DualPath<HostTensor> dual(LocalPath path, List<Integer> outputs) {
    return new DualPath<>(clip, path, outputs);
  }

  private List<HostTensor> outputs(LocalPath path, List<Integer> outputs, HostTensor w) {
    DualPath<HostTensor> d = dual(path, outputs);
    return d.run(ops, pixels, d.folded(ops, w)).local();
  }

  private HostTensor last(LocalPath path, HostTensor w) {
    return outputs(path, List.of(5), w).get(0);
  }

  /** G_l: the ordinary stream after layer l, read as an output before the first CSA layer. */
  private HostTensor plain(int l) {
    return dual(LocalPath.of(6, 6), List.of(l)).run(ops, pixels, Tensors.none()).local().get(0);
  }

  private HostTensor weight(int layer, String name) {
    return weights.get(ClipNames.VISION_LAYERS + (layer - 1) + "." + name);
  }

  /** CSA^l of layers 2 to 5 from the heads, written out. */
  private List<HostTensor> csa(HostTensor w) {
    List<HostTensor> c = dual(PATH, List.of(5)).inputs(ops, pixels).list("heads.");
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      HostTensor byHead = c.get(i).reshape(3, TOKENS, HEADS, WIDTH / HEADS);
      HostTensor row = ops.slice(w, 0, i, i + 1).reshape(1, 1, HEADS, 1);
      HostTensor weighted = ops.mul(byHead, row).reshape(3, TOKENS, WIDTH);
      all.add(
          ops.linear(
              weighted,
              weight(i + 2, "self_attn.out_proj.weight"),
              weight(i + 2, "self_attn.out_proj.bias")));
    }
    return all;
  }

  private HostTensor sum(List<HostTensor> parts) {
    return parts.stream().reduce(ops::add).orElseThrow();
  }

  private static double difference(HostTensor a, HostTensor b) {
    double largest = 0;
    double scale = 0;
    for (int i = 0; i < a.data().length; i++) {
      largest = Math.max(largest, Math.abs(a.data()[i] - b.data()[i]));
      scale = Math.max(scale, Math.abs(b.data()[i]));
    }
    return largest / scale;
  }

  private static void same(HostTensor a, HostTensor b) {
    assertThat(a.shape()).containsExactly(b.shape());
    assertThat(difference(a, b)).isLessThan(1e-5);
  }

  private static void different(HostTensor a, HostTensor b) {
    assertThat(difference(a, b)).isGreaterThan(1e-3);
  }

  private static LocalPath with(LocalPath path, String key, Object value) {
    return Schema.with(path, key, value);
  }

  @Test
  void residualIsTheStreamBeforePlusAllCsa() {
    same(last(PATH, heads), ops.add(plain(1), sum(csa(heads))));
  }

  @Test
  void sumNoSkipLeavesTheStreamOut() {
    same(last(with(PATH, "aggregate", Aggregate.SUM_NO_SKIP), heads), sum(csa(heads)));
  }

  @Test
  void meanStatesAveragesTheRunningSums() {
    HostTensor state = plain(1);
    List<HostTensor> states = new ArrayList<>();
    for (HostTensor c : csa(heads)) {
      state = ops.add(state, c);
      states.add(state);
    }
    LocalPath path = with(PATH, "aggregate", Aggregate.MEAN_STATES);
    same(last(path, heads), ops.scale(sum(states), 0.25));
    List<HostTensor> normed =
        states.stream()
            .map(
                s ->
                    ops.layerNorm(
                        s,
                        weights.get(ClipNames.POST_NORM + ".weight"),
                        weights.get(ClipNames.POST_NORM + ".bias"),
                        1e-5))
            .toList();
    same(last(with(path, "state_norm", StateNorm.LN_POST), heads), ops.scale(sum(normed), 0.25));
  }

  @Test
  void perLayerMapsReadEachLayersOwnCsa() {
    List<HostTensor> found =
        outputs(with(PATH, "aggregate", Aggregate.PER_LAYER_MAPS), List.of(2, 4, 5), heads);
    List<HostTensor> csa = csa(heads);
    same(found.get(0), csa.get(0));
    same(found.get(1), csa.get(2));
    same(found.get(2), csa.get(3));
  }

  @Test
  void outputsOutsideTheRangeAreThePlainStreamBeforeAndTheLastStateAfter() {
    List<HostTensor> found =
        dual(LocalPath.of(3, 4), List.of(2, 4, 6)).run(ops, pixels, Tensors.none()).local();
    same(found.get(0), plain(2));
    same(found.get(2), found.get(1));
  }

  @Test
  void aLayerMayBeAnOutputSeveralTimes() {
    List<HostTensor> found = outputs(PATH, List.of(1, 5, 1, 5), heads);
    same(found.get(2), found.get(0));
    same(found.get(3), found.get(1));
    same(found.get(0), plain(1));
  }

  @Test
  void selfInputAndFfnChangeTheResultFromTheSecondLayerOn() {
    HostTensor usual = last(PATH, heads);
    different(last(with(PATH, "local_input", "self"), heads), usual);
    different(last(with(PATH, "local_ffn", true), heads), usual);
    LocalPath one = LocalPath.of(5, 5);
    HostTensor w = ops.slice(heads, 0, 3, 4);
    same(last(with(one, "local_input", "self"), w), last(one, w));
  }

  @Test
  void ffnRestartsFromTheOrdinaryStreamAndAddsTheMlp() {
    HostTensor h = ops.add(plain(4), csa(heads).get(3));
    HostTensor n =
        ops.layerNorm(h, weight(5, "layer_norm2.weight"), weight(5, "layer_norm2.bias"), 1e-5);
    HostTensor hidden =
        ops.quickGelu(ops.linear(n, weight(5, "mlp.fc1.weight"), weight(5, "mlp.fc1.bias")));
    HostTensor mlp = ops.linear(hidden, weight(5, "mlp.fc2.weight"), weight(5, "mlp.fc2.bias"));
    same(last(with(PATH, "local_ffn", true), heads), ops.add(h, mlp));
  }

  @Test
  void constraintsActOnTheWeights() {
    HostTensor signed =
        HostTensor.of(new float[] {-1, 2, 0.5f, 1, 1, -3, 1, 1, 1, 1, 1, 1, 0, 1, 2, 3}, 4, 4);
    same(
        last(with(PATH, "head_weight_constraint", Constraint.POSITIVE), signed),
        ops.add(plain(1), sum(csa(ops.relu(signed)))));
    same(
        last(with(PATH, "head_weight_constraint", Constraint.SOFTMAX), signed),
        ops.add(plain(1), sum(csa(ops.scale(ops.softmax(signed), 4)))));
  }

  @Test
  void aScaledBiasIsTimesTheMeanWeight() {
    HostTensor expected = ops.add(plain(1), sum(csa(heads)));
    for (int i = 0; i < 4; i++) {
      double mean = ops.mean(ops.slice(heads, 0, i, i + 1)).data()[0];
      HostTensor bias = weight(i + 2, "self_attn.out_proj.bias");
      expected = ops.add(expected, ops.scale(bias, mean - 1));
    }
    same(last(with(PATH, "scale_bias", true), heads), expected);
  }

  @Test
  void theGlobalPathSeesHeadWeightsOnlyWhenAsked() {
    HostTensor ordinary = clip.vision().forward(ops, pixels, LayerHook.none());
    DualPath<HostTensor> d = dual(PATH, List.of(5));
    same(d.run(ops, pixels, d.folded(ops, heads)).global(), ordinary);
    DualPath<HostTensor> w = dual(with(PATH, "weight_global", true), List.of(5));
    different(w.run(ops, pixels, w.folded(ops, heads)).global(), ordinary);
  }

  @Test
  void headWeightsOfOneAreNoneAtAll() {
    DualPath<HostTensor> d = dual(PATH, List.of(3, 5));
    List<HostTensor> ones =
        d.run(ops, pixels, d.folded(ops, HostTensor.filled(1, 4, HEADS))).local();
    List<HostTensor> none = d.run(ops, pixels, Tensors.none()).local();
    same(ones.get(0), none.get(0));
    same(ones.get(1), none.get(1));
  }

  @Test
  void zeroWeightsLeaveTheStreamAndTheBiases() {
    HostTensor expected = plain(1);
    for (int i = 0; i < 4; i++) {
      expected = ops.add(expected, weight(i + 2, "self_attn.out_proj.bias"));
    }
    same(last(PATH, HostTensor.zeros(4, HEADS)), expected);
  }

  @Test
  void thePathFromItsInputsIsThePathFromPixelsForEveryReadingThatAccumulates() {
    HostTensor w = ops.slice(heads, 0, 0, 3);
    List<Integer> outputs = List.of(1, 4, 3, 6);
    for (Aggregate a : Aggregate.values()) {
      for (Constraint c : Constraint.values()) {
        for (StateNorm norm : StateNorm.values()) {
          LocalPath path = with(LocalPath.of(3, 5), "aggregate", a);
          path = with(with(path, "head_weight_constraint", c), "state_norm", norm);
          path = with(path, "scale_bias", c == Constraint.POSITIVE);
          DualPath<HostTensor> d = dual(path, outputs);
          Tensors<HostTensor> folded = d.folded(ops, w);
          DualPath.Tokens<HostTensor> expected = d.run(ops, pixels, folded);
          DualPath.Tokens<HostTensor> found = d.local(ops, d.inputs(ops, pixels), folded);
          assertThat(found.global()).isEqualTo(expected.global());
          assertThat(found.local()).isEqualTo(expected.local());
        }
      }
    }
  }

  @Test
  void impossibleCombinationsAreRefused() {
    LocalPath sum = with(PATH, "aggregate", "sum_no_skip");
    assertThatThrownBy(() -> with(sum, "local_ffn", true)).hasMessageContaining("local_ffn");
    assertThatThrownBy(() -> LocalPath.of(4, 3)).hasMessageContaining("at least the first, 4");
  }
}
