package dev.headclip.torch;

import static dev.headclip.testing.Golden.assertClose;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.GaussianFilter;
import dev.headclip.map.MapOperator;
import dev.headclip.map.TopMean;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadClipGoldenTest {
  private final Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
  private final ClipConfig config = TinyClip.config();
  private final HeadClipSettings settings = TinyClip.goldenSettings();

  @Test
  void featuresMapsAndScoresAgree() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      HeadClip<NDArray> net = new HeadClip<>(config, TinyClip.weights(manager, 70), settings);
      Learned<NDArray> learned = TinyClip.onto(ops, TinyClip.learned(golden, ""));
      PromptIds ids = PromptIds.of(Golden.ids(golden.get("ids")), config.vocabulary() - 1);
      NDArray text = net.textFeatures(ops, ids, learned);
      check("text_features", text);

      NDArray pixels = ops.constant(golden.get("pixels"));
      HeadClip.ImageFeatures<NDArray> image =
          net.imageFeatures(ops, pixels, net.projections(ops, learned.headWeights()));
      // stored before normalisation
      NDArray expected = ops.normalize(ops.constant(golden.get("image_features")));
      assertClose(
          "image_features",
          HostTensor.of(expected.toFloatArray(), 3, 32),
          image.global().toFloatArray(),
          1e-4);
      check("patch_probability.3", net.probability(ops, image.local().get(0), text));
      check("patch_probability.5", net.probability(ops, image.local().get(1), text));
      float[] global = net.abnormal(ops, net.probability(ops, image.global(), text)).toFloatArray();
      assertClose("image_probability", golden.get("image_probability"), global, 1e-4);

      float[] patches = net.meanAbnormal(ops, image.local(), text).toFloatArray();
      maps(patches, global);
    }
  }

  private void maps(float[] patches, float[] global) {
    int n = 70 * 70;
    float[] raw = new float[3 * n];
    float[] smooth = new float[3 * n];
    float[] plain = new float[3 * n];
    float[] local = new float[3];
    float[] joint = new float[3];
    for (int i = 0; i < 3; i++) {
      float[] one = Arrays.copyOfRange(patches, i * 25, (i + 1) * 25);
      AnomalyMap up = new MapOperator(5, 70, 0).apply(one);
      AnomalyMap map = new MapOperator(5, 70, settings.sigma()).apply(one);
      AnomalyMap filtered = new GaussianFilter(settings.sigma()).apply(up);
      System.arraycopy(up.values(), 0, raw, i * n, n);
      System.arraycopy(map.values(), 0, smooth, i * n, n);
      System.arraycopy(filtered.values(), 0, plain, i * n, n);
      local[i] = (float) TopMean.of(map.values(), settings.top().of(n));
      joint[i] = (float) (0.5 * global[i] + 0.5 * local[i]);
    }
    assertClose("map_raw", golden.get("map_raw"), raw, 1e-4);
    assertClose("map", golden.get("map"), smooth, 1e-4);
    assertClose("map, plain filter", golden.get("map"), plain, 1e-4);
    assertClose("local_score", golden.get("local_score"), local, 1e-4);
    assertClose("joint_score", golden.get("joint_score"), joint, 1e-4);
  }

  private void check(String name, NDArray found) {
    assertClose(name, golden.get(name), found.toFloatArray(), 1e-4);
  }
}
