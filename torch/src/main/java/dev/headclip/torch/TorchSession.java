package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalProjections;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A model in libtorch's memory: the backbone's weights, the head weights, and the two text
 * features, which do not depend on the image.
 */
final class TorchSession implements InferenceSession {
  private static final long TOKEN_BUDGET = 400_000;

  private final NDManager manager;
  private final HeadClip<NDArray> net;
  private final LocalProjections<NDArray> projections;
  private final NDArray text;
  private final int imageSize;
  private final int batch;
  // closing waits for computations, which share
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

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
    long tokens = (long) config.grid(imageSize) * config.grid(imageSize) + 1;
    this.batch = (int) Math.max(1, Math.min(8, TOKEN_BUDGET / (tokens * config.vision().width())));
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
    lock.readLock().lock();
    try (TorchOps ops = open()) {
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
    } finally {
      lock.readLock().unlock();
    }
  }

  private TorchOps open() {
    if (closed) {
      throw new IllegalStateException("the detector is closed");
    }
    return new TorchOps(manager);
  }

  @Override
  public int preferredBatch() {
    return batch;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        manager.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
