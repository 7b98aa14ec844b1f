package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.SessionGuard;
import dev.headclip.engine.WordCache;
import dev.headclip.method.ClassName;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Network;
import dev.headclip.model.ClipModel;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.Tensors;

/**
 * A model in libtorch's memory: the backbone's weights, and what the learned numbers give by
 * themselves.
 */
final class TorchSession implements InferenceSession {
  private final NDManager manager;
  private final Network<NDArray> network;
  private final Tensors<HostTensor> learned;
  private final Tensors<NDArray> prepared;
  private final WordCache words;
  private final int imageSize;
  private final int batch;
  private final SessionGuard guard = new SessionGuard();

  /** Owns {@code manager} once constructed. */
  TorchSession(NDManager manager, ClipModel model) {
    this.manager = manager;
    MethodConfig<?> method = model.adapter().method();
    ClipConfig config = model.backbone().config();
    TorchWeights weights =
        TorchWeights.load(
            manager, config, model.backbone().weights(), method.imageSize(), method.position());
    this.learned = model.adapter().learned();
    this.imageSize = method.imageSize();
    this.batch = SessionGuard.batch(config, imageSize);
    try (TorchOps ops = new TorchOps(manager)) {
      this.network = model.network(new Clip<>(config, weights, model.backbone().tokenizer()));
      this.prepared = network.prepare(ops, learned.map(ops::constant));
      prepared.list().forEach(t -> t.attach(manager));
    }
    this.words = new WordCache(model.wantsClassName(), this::sentences);
  }

  private Tensors<HostTensor> sentences(ClassName name) {
    try (TorchOps ops = new TorchOps(manager)) {
      return network.words(ops, learned.map(ops::constant), name).map(TorchOps::host);
    }
  }

  @Override
  public Tensors<HostTensor> run(float[] pixels, int images, ClassName name) {
    return guard.use(() -> compute(pixels, images, name));
  }

  private Tensors<HostTensor> compute(float[] pixels, int images, ClassName name) {
    try (TorchOps ops = new TorchOps(manager)) {
      NDArray input = ops.constant(HostTensor.of(pixels, images, 3, imageSize, imageSize));
      Tensors<NDArray> all = prepared.and(words.get(name).map(ops::constant));
      Tensors<NDArray> features = network.features(ops, input, all);
      return network.evidence(ops, features, all).map(TorchOps::host);
    }
  }

  @Override
  public Tensors<HostTensor> words(ClassName name) {
    return guard.use(() -> words.get(name));
  }

  @Override
  public Tensors<HostTensor> run(Program program, Tensors<HostTensor> inputs) {
    return guard.use(
        () -> {
          try (TorchOps ops = new TorchOps(manager)) {
            return program.of(ops, inputs.map(ops::constant)).map(TorchOps::host);
          }
        });
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
