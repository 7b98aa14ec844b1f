package dev.headclip.torch.training;

import dev.headclip.clip.ClipConfig;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptSettings;
import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Where training starts: prompts and deep tokens normal with deviation 0.02, head weights constant
 * or drawn (Table 8).
 */
final class FirstNumbers {
  private static final double DEVIATION = 0.02;

  private FirstNumbers() {}

  static Learned<HostTensor> of(TrainSettings train, HeadClipSettings method, ClipConfig c) {
    SplittableRandom r = new SplittableRandom(train.seed());
    int width = c.text().width();
    HostTensor normal = random(r, method.prompts().length(), width);
    HostTensor abnormal = random(r, method.prompts().length(), width);
    int layers = c.text().layers();
    int deepLayers = train.deepLayers().orElse(PromptSettings.defaultDeepTensors(layers) + 1);
    if (deepLayers > layers) {
      throw new IllegalArgumentException(
          "--deep-layers is %d, expected up to the backbone's %d".formatted(deepLayers, layers));
    }
    int tensors = Math.max(0, deepLayers - method.prompts().deepStart() + 1);
    List<HostTensor> deep = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      deep.add(random(r, train.deepLength(), width));
    }
    return new Learned<>(
        normal,
        abnormal,
        deep,
        train.learnHeadWeights() ? Optional.of(heads(train, method, c, r)) : Optional.empty());
  }

  private static HostTensor heads(
      TrainSettings train, HeadClipSettings method, ClipConfig c, SplittableRandom r) {
    HostTensor t =
        HostTensor.filled(
            (float) train.headWeightStart(), method.localPath().layers(), c.vision().heads());
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] += (float) (train.headWeightDeviation() * r.nextGaussian());
    }
    return t;
  }

  private static HostTensor random(SplittableRandom r, long... shape) {
    HostTensor t = HostTensor.zeros(shape);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) (DEVIATION * r.nextGaussian());
    }
    return t;
  }
}
