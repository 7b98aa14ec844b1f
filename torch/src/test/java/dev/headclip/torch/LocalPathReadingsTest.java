package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.LocalInputs;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.LocalPath.Aggregate;
import dev.headclip.clip.LocalPath.Constraint;
import dev.headclip.clip.LocalPath.Input;
import dev.headclip.clip.LocalPath.StateNorm;
import dev.headclip.clip.VisionTower;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every reading of docs/spec/headclip.md section 4 against its sum written out with DJL directly. */
class LocalPathReadingsTest {
  private static final LocalPath PATH = LocalPath.of(2, 5);

  private final Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
  private final ClipConfig config = TinyClip.config();
  private NDManager manager;
  private TorchOps ops;
  private TorchWeights weights;
  private VisionTower<NDArray> tower;
  private NDArray pixels;
  private NDArray heads;

  @BeforeEach
  void open() {
    manager = Torch.manager();
    ops = new TorchOps(manager);
    weights = TinyClip.weights(manager, 70);
    tower = new VisionTower<>(config, weights);
    pixels = ops.constant(golden.get("pixels"));
    heads = ops.constant(golden.get("head_weights"));
  }

  @AfterEach
  void close() {
    ops.close();
    manager.close();
  }

  private NDArray last(LocalPath path, Optional<NDArray> w) {
    return tower.forward(ops, pixels, path, List.of(5), w).local().get(0);
  }

  /** G_l: the ordinary stream after layer l, read as an output before the first CSA layer. */
  private NDArray plain(int l) {
    return tower
        .forward(ops, pixels, LocalPath.of(6, 6), List.of(l), Optional.empty())
        .local()
        .get(0);
  }

  /** CSA^l of layers 2 to 5 from the heads, written out. */
  private List<NDArray> csa(NDArray w) {
    List<NDArray> c = tower.inputs(ops, pixels, PATH, List.of(5)).heads();
    List<NDArray> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String p = ClipNames.VISION_LAYERS + (i + 1) + ".self_attn.out_proj.";
      NDArray byHead = c.get(i).reshape(3, 26, 4, 16);
      NDArray concat = byHead.mul(w.get(i).reshape(1, 1, 4, 1)).reshape(3, 26, 64);
      NDArray out = concat.matMul(weights.get(p + "weight").transpose());
      all.add(out.add(weights.get(p + "bias")));
    }
    return all;
  }

  private static NDArray sum(List<NDArray> parts) {
    return parts.stream().reduce(NDArray::add).orElseThrow();
  }

  private static void same(NDArray a, NDArray b) {
    assertThat(a.sub(b).abs().max().getFloat() / b.abs().max().getFloat()).isLessThan(1e-5f);
  }

  private static void different(NDArray a, NDArray b) {
    assertThat(a.sub(b).abs().max().getFloat() / b.abs().max().getFloat()).isGreaterThan(1e-3f);
  }

  @Test
  void residualIsTheStreamBeforePlusAllCsa() {
    same(last(PATH, Optional.of(heads)), plain(1).add(sum(csa(heads))));
  }

  @Test
  void sumNoSkipLeavesTheStreamOut() {
    same(last(PATH.withAggregate(Aggregate.SUM_NO_SKIP), Optional.of(heads)), sum(csa(heads)));
  }

  @Test
  void meanStatesAveragesTheRunningSums() {
    List<NDArray> csa = csa(heads);
    NDArray state = plain(1);
    List<NDArray> states = new ArrayList<>();
    for (NDArray c : csa) {
      state = state.add(c);
      states.add(state);
    }
    LocalPath path = PATH.withAggregate(Aggregate.MEAN_STATES);
    same(last(path, Optional.of(heads)), sum(states).div(4));
    List<NDArray> normed =
        states.stream()
            .map(
                s ->
                    ops.layerNorm(
                        s,
                        weights.get(ClipNames.POST_NORM + ".weight"),
                        weights.get(ClipNames.POST_NORM + ".bias"),
                        1e-5))
            .toList();
    same(last(path.withStateNorm(StateNorm.LN_POST), Optional.of(heads)), sum(normed).div(4));
  }

  @Test
  void perLayerMapsReadEachLayersOwnCsa() {
    List<NDArray> found =
        tower
            .forward(
                ops,
                pixels,
                PATH.withAggregate(Aggregate.PER_LAYER_MAPS),
                List.of(2, 4, 5),
                Optional.of(heads))
            .local();
    List<NDArray> csa = csa(heads);
    same(found.get(0), csa.get(0));
    same(found.get(1), csa.get(2));
    same(found.get(2), csa.get(3));
  }

  @Test
  void outputsOutsideTheRangeAreThePlainStreamBeforeAndTheLastStateAfter() {
    List<NDArray> found =
        tower.forward(ops, pixels, LocalPath.of(3, 4), List.of(2, 4, 6), Optional.empty()).local();
    same(found.get(0), plain(2));
    same(found.get(2), found.get(1));
  }

  @Test
  void selfInputAndFfnChangeTheResultFromTheSecondLayerOn() {
    NDArray usual = last(PATH, Optional.of(heads));
    different(last(PATH.withInput(Input.SELF), Optional.of(heads)), usual);
    different(last(PATH.withFfn(true), Optional.of(heads)), usual);
    LocalPath one = LocalPath.of(5, 5);
    NDArray w = heads.get("3:4");
    same(last(one.withInput(Input.SELF), Optional.of(w)), last(one, Optional.of(w)));
  }

  @Test
  void ffnRestartsFromTheOrdinaryStreamAndAddsTheMlp() {
    // with q-k attention in place of CSA this would be the plain block: check the MLP by hand
    NDArray g4 = plain(4);
    NDArray h = g4.add(csa(heads).get(3));
    String p = ClipNames.VISION_LAYERS + "4.";
    NDArray n =
        ops.layerNorm(
            h, weights.get(p + "layer_norm2.weight"), weights.get(p + "layer_norm2.bias"), 1e-5);
    NDArray fc1 =
        n.matMul(weights.get(p + "mlp.fc1.weight").transpose())
            .add(weights.get(p + "mlp.fc1.bias"));
    NDArray mlp =
        ops.quickGelu(fc1)
            .matMul(weights.get(p + "mlp.fc2.weight").transpose())
            .add(weights.get(p + "mlp.fc2.bias"));
    same(last(PATH.withFfn(true), Optional.of(heads)), h.add(mlp));
  }

  @Test
  void constraintsActOnTheWeights() {
    NDArray signed =
        ops.constant(
            HostTensor.of(new float[] {-1, 2, 0.5f, 1, 1, -3, 1, 1, 1, 1, 1, 1, 0, 1, 2, 3}, 4, 4));
    same(
        last(PATH.withConstraint(Constraint.POSITIVE), Optional.of(signed)),
        plain(1).add(sum(csa(signed.maximum(0f)))));
    same(
        last(PATH.withConstraint(Constraint.SOFTMAX), Optional.of(signed)),
        plain(1).add(sum(csa(signed.softmax(-1).mul(4)))));
  }

  @Test
  void aScaledBiasIsTimesTheMeanWeight() {
    NDArray expected = plain(1).add(sum(csa(heads)));
    for (int i = 0; i < 4; i++) {
      String bias = ClipNames.VISION_LAYERS + (i + 1) + ".self_attn.out_proj.bias";
      NDArray mean = heads.get(i).mean();
      expected = expected.add(weights.get(bias).mul(mean.sub(1)));
    }
    same(last(PATH.withScaleBias(true), Optional.of(heads)), expected);
  }

  @Test
  void theGlobalPathSeesHeadWeightsOnlyWhenAsked() {
    NDArray usual = tower.forward(ops, pixels, PATH, List.of(5), Optional.of(heads)).global();
    same(usual, tower.forward(ops, pixels).global());
    NDArray weighted =
        tower
            .forward(ops, pixels, PATH.withWeightGlobal(true), List.of(5), Optional.of(heads))
            .global();
    different(weighted, usual);
  }

  @Test
  void zeroWeightsLeaveTheStreamAndTheBiases() {
    NDArray zero = ops.constant(HostTensor.zeros(4, 4));
    NDArray expected = plain(1);
    for (int i = 0; i < 4; i++) {
      expected =
          expected.add(weights.get(ClipNames.VISION_LAYERS + (i + 1) + ".self_attn.out_proj.bias"));
    }
    same(last(PATH, Optional.of(zero)), expected);
  }

  @Test
  void thePathFromItsInputsIsThePathFromPixelsForEveryReadingThatAccumulates() {
    for (Aggregate a : Aggregate.values()) {
      for (Constraint c : Constraint.values()) {
        for (StateNorm norm : StateNorm.values()) {
          LocalPath path = LocalPath.of(3, 5).withAggregate(a).withConstraint(c);
          path = path.withStateNorm(norm).withScaleBias(c == Constraint.POSITIVE);
          List<Integer> outputs = List.of(1, 4, 3, 6);
          NDArray w = heads.get("0:3");
          List<NDArray> expected =
              tower.forward(ops, pixels, path, outputs, Optional.of(w)).local();
          LocalInputs<NDArray> inputs = tower.inputs(ops, pixels, path, outputs);
          List<NDArray> found =
              tower.local(
                  ops,
                  path,
                  outputs,
                  tower.projections(ops, path, Optional.of(w)),
                  LocalInputs.of(inputs.tensors(), path, outputs));
          for (int i = 0; i < outputs.size(); i++) {
            same(found.get(i), expected.get(i));
          }
        }
      }
    }
  }

  @Test
  void impossibleCombinationsAreRefused() {
    assertThatThrownBy(() -> PATH.withAggregate(Aggregate.SUM_NO_SKIP).withFfn(true))
        .hasMessageContaining("local_ffn");
    assertThatThrownBy(() -> LocalPath.of(4, 3)).hasMessageContaining("first <= last");
  }
}
