package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalProjections;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Prediction;
import dev.headclip.engine.SessionGuard;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import java.util.Arrays;

/**
 * A model in libtorch's memory: the backbone's weights, the head weights, and the two text
 * features, which do not depend on the image.
 */
final class TorchSession implements InferenceSession {
  private final NDManager manager;
  private final HeadClip<NDArray> net;
  private final LocalProjections<NDArray> projections;
  private final NDArray text;
  private final int imageSize;
  private final int batch;
  private final SessionGuard guard = new SessionGuard();

  /** Owns {@code manager} once constructed. */
  TorchSession(NDManager manager, Backbone backbone, Adapter adapter) {
    this.manager = manager;
    ClipConfig config = backbone.config();
    HeadClipSettings settings = adapter.settings();
    TorchWeights weights =
        TorchWeights.load(
            manager, config, backbone.weights(), settings.imageSize(), settings.position());
    this.net = new HeadClip<>(config, weights, settings);
    this.imageSize = settings.imageSize();
    this.batch = SessionGuard.batch(config, imageSize);
    try (ClipTokenizer tokenizer = backbone.tokenizer();
        TorchOps ops = new TorchOps(manager)) {
      PromptIds ids = PromptText.ids(tokenizer, settings);
      Learned<NDArray> learned = adapter.learned().map(ops::constant);
      this.text = net.textFeatures(ops, ids, learned);
      this.text.attach(manager);
      this.projections = net.projections(ops, learned.headWeights());
      this.projections.tensors().forEach(t -> t.attach(manager));
    }
  }

  @Override
  public Prediction run(float[] pixels, int images) {
    return guard.use(() -> compute(pixels, images));
  }

  private Prediction compute(float[] pixels, int images) {
    try (TorchOps ops = new TorchOps(manager)) {
      NDArray input = ops.constant(HostTensor.of(pixels, images, 3, imageSize, imageSize));
      HeadClip.ImageFeatures<NDArray> features = net.imageFeatures(ops, input, projections);
      float[] global =
          net.abnormal(ops, net.probability(ops, features.global(), text)).toFloatArray();
      float[] patches = net.meanAbnormal(ops, features.local(), text).toFloatArray();
      int n = patches.length / images;
      float[][] each = new float[images][];
      for (int i = 0; i < images; i++) {
        each[i] = Arrays.copyOfRange(patches, i * n, (i + 1) * n);
      }
      return new Prediction(global, each);
    }
  }

  @Override
  public int preferredBatch() {
    return batch;
  }

  @Override
  public void close() {
    guard.close(manager::close);
  }
}
