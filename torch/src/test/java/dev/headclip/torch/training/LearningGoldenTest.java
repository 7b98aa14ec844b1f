package dev.headclip.torch.training;

import static dev.headclip.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.torch.TinyClip;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearningGoldenTest {
  private final Map<String, HostTensor> golden = Golden.tensors("training.safetensors");
  private final ClipConfig config = TinyClip.config();
  private final HeadClipSettings settings = TinyClip.goldenSettings();
  private final PromptIds ids =
      PromptIds.of(Golden.ids(golden.get("ids")), config.vocabulary() - 1);

  private record Step(double global, double local, List<float[]> gradients) {}

  private Step step(NDManager manager, TorchWeights weights, Learned<HostTensor> numbers) {
    return step(manager, weights, numbers, () -> {});
  }

  private Step step(
      NDManager manager,
      TorchWeights weights,
      Learned<HostTensor> numbers,
      Runnable beforeBackward) {
    HeadClip<NDArray> net = new HeadClip<>(config, weights, settings);
    HeadClipLoss loss = new HeadClipLoss(net, config.grid(70));
    try (TorchOps ops = new TorchOps(manager)) {
      Learned<NDArray> learned = numbers.map(t -> HeadClipLoss.leaf(ops, t.data(), t.shape()));
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        HeadClipLoss.Parts parts =
            loss.of(
                ops,
                net.imageFeatures(
                    ops,
                    ops.constant(golden.get("pixels")),
                    net.projections(ops, learned.headWeights())),
                net.textFeatures(ops, ids, learned),
                labels(),
                ops.constant(golden.get("masks")));
        NDArray total = parts.total(ops, 1);
        beforeBackward.run();
        collector.backward(total);
        return new Step(
            parts.global().getFloat(),
            parts.local().getFloat(),
            HeadClipLoss.gradients(learned.tensors()));
      }
    }
  }

  private int[] labels() {
    float[] l = golden.get("labels").data();
    return new int[] {(int) l[0], (int) l[1], (int) l[2]};
  }

  @Test
  void lossesAndGradientsOfTheFirstStepAgree() {
    try (NDManager manager = Torch.manager()) {
      Learned<HostTensor> start = TinyClip.learned(golden, "start.");
      Step s = step(manager, TinyClip.weights(manager, 70), start);
      assertThat(s.global()).isCloseTo(golden.get("losses").data()[0], within(1e-5));
      assertThat(s.local()).isCloseTo(golden.get("losses").data()[1], within(1e-5));
      for (int i = 0; i < start.names().size(); i++) {
        String name = "grad." + start.names().get(i);
        assertClose(name, golden.get(name), s.gradients().get(i), 1e-4);
      }
    }
  }

  @Test
  void gradientsSurviveAGarbageCollectionBeforeTheBackwardPass() {
    try (NDManager manager = Torch.manager()) {
      Learned<HostTensor> start = TinyClip.learned(golden, "start.");
      TorchWeights weights = TinyClip.weights(manager, 70);
      Step s =
          step(
              manager,
              weights,
              start,
              () -> {
                // frees Java buffers that closed arrays left behind, and writes over their memory
                for (int i = 0; i < 3; i++) {
                  System.gc();
                  try {
                    Thread.sleep(50);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  for (int k = 0; k < 20_000; k++) {
                    java.nio.ByteBuffer.allocateDirect(8).putLong(0, -1L);
                  }
                }
              });
      for (int i = 0; i < start.names().size(); i++) {
        String name = "grad." + start.names().get(i);
        assertClose(name, golden.get(name), s.gradients().get(i), 1e-4);
      }
    }
  }

  @Test
  void fiveStepsOfAdamEndAtTheSameNumbers() {
    try (NDManager manager = Torch.manager()) {
      TorchWeights weights = TinyClip.weights(manager, 70);
      Learned<HostTensor> numbers =
          TinyClip.learned(golden, "start.").map(t -> HostTensor.of(t.data().clone(), t.shape()));
      Adam adam = new Adam(numbers.tensors().stream().map(HostTensor::data).toList());
      for (int i = 0; i < 5; i++) {
        Step s = step(manager, weights, numbers);
        float[] expected = golden.get("losses").data();
        assertThat(s.global()).as("step " + i).isCloseTo(expected[2 * i], withinPercentage(1e-3));
        assertThat(s.local())
            .as("step " + i)
            .isCloseTo(expected[2 * i + 1], withinPercentage(1e-3));
        adam.step(s.gradients(), Adam.Settings.adapter(1e-3));
      }
      for (int i = 0; i < numbers.names().size(); i++) {
        String name = "end." + numbers.names().get(i);
        assertClose(name, golden.get(name), numbers.tensors().get(i).data(), 1e-4);
      }
    }
  }

  @Test
  void closedFormOfTheHeadWeightGradientAgreesWithAutograd() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      TorchWeights weights = TinyClip.weights(manager, 70);
      HeadClip<NDArray> net = new HeadClip<>(config, weights, settings);
      Learned<NDArray> learned = TinyClip.learned(golden, "start.").map(ops::constant);
      VisionTower<NDArray> tower = new VisionTower<>(config, weights);
      VisionTower.Output<NDArray> out =
          tower.forward(
              ops,
              ops.constant(golden.get("pixels")),
              settings.localPath(),
              settings.outputLayers(),
              learned.headWeights());
      List<NDArray> heads = net.localInputs(ops, ops.constant(golden.get("pixels"))).heads();
      // the tower's outputs become leaves: what lies behind them is not differentiated
      List<NDArray> leaves = new ArrayList<>();
      for (NDArray f : out.local()) {
        leaves.add(HeadClipLoss.leaf(ops, f.toFloatArray(), f.getShape().getShape()));
      }
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        HeadClip.ImageFeatures<NDArray> image =
            new HeadClip.ImageFeatures<>(
                net.global(ops, out.global()),
                leaves.stream().map(f -> net.patches(ops, f)).toList());
        HeadClipLoss loss = new HeadClipLoss(net, config.grid(70));
        collector.backward(
            loss.of(
                    ops,
                    image,
                    net.textFeatures(ops, ids, learned),
                    labels(),
                    ops.constant(golden.get("masks")))
                .total(ops, 1));
      }
      List<NDArray> d =
          HeadWeightGradient.sums(
              ops,
              settings.localPath().first(),
              settings.localPath().last(),
              settings.outputLayers(),
              leaves.stream().map(NDArray::getGradient).toList());
      float[] closed = new float[16];
      for (int i = 0; i < 4; i++) {
        int layer = settings.localPath().first() + i;
        NDArray projection =
            weights.get(ClipNames.VISION_LAYERS + (layer - 1) + ".self_attn.out_proj.weight");
        float[] row = HeadWeightGradient.layer(ops, d.get(i), projection, heads.get(i), 4);
        System.arraycopy(row, 0, closed, i * 4, 4);
      }
      assertClose("closed form", golden.get("grad.head_weights"), closed, 1e-4);
      float[] autograd =
          step(manager, weights, TinyClip.learned(golden, "start.")).gradients().get(4);
      assertClose("autograd", HostTensor.of(closed, 16), autograd, 1e-5);
    }
  }

  @Test
  void focalAndDiceAgreeWithTheHandComputedCase() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      NDArray abnormal = ops.constant(HostTensor.of(new float[] {.1f, .6f, .8f, .5f}, 1, 2, 2));
      NDArray mask = ops.constant(HostTensor.of(new float[] {0, 1, 1, 0}, 1, 2, 2));
      NDArray normal = abnormal.neg().add(1);
      NDArray clean = mask.neg().add(1);
      assertThat(Losses.focal(ops, abnormal, normal, mask, clean).getFloat())
          .isCloseTo(0.0662450641f, within(1e-7f));
      assertThat(Losses.dice(ops, abnormal, mask).getFloat()).isCloseTo(0.24f, within(1e-6f));
      assertThat(Losses.dice(ops, normal, clean).getFloat()).isCloseTo(0.24f, within(1e-6f));
    }
  }

  @Test
  void unusedHeadWeightsMeanAllOnes() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      HeadClip<NDArray> net = new HeadClip<>(config, TinyClip.weights(manager, 70), settings);
      NDArray pixels = ops.constant(golden.get("pixels"));
      NDArray ones = ops.constant(HostTensor.filled(1, 4, 4));
      NDArray with =
          net.imageFeatures(ops, pixels, net.projections(ops, Optional.of(ones))).local().get(1);
      NDArray without =
          net.imageFeatures(ops, pixels, net.projections(ops, Optional.empty())).local().get(1);
      assertThat(with.sub(without).abs().max().getFloat()).isLessThan(1e-6f);
    }
  }
}
