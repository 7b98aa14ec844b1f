package dev.headclip.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Clip;
import dev.headclip.clip.Tokenizer;
import dev.headclip.method.ClassName;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Network;
import dev.headclip.method.Truth;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A method's network over a backbone in libtorch's memory. */
final class TorchLearner implements Learner {
  private final NDManager manager;
  private final Network<NDArray> network;
  private final boolean namesClasses;
  private final int size;

  /** With the backbone's own tokenizer. */
  static TorchLearner open(Backbone backbone, MethodConfig<?> method, String device) {
    Torch.device(device);
    return new TorchLearner(backbone, method, device, backbone.tokenizer());
  }

  /** With another tokenizer. */
  TorchLearner(Backbone backbone, MethodConfig<?> method, String device, Tokenizer tokenizer) {
    this.manager = Torch.manager(Torch.device(device));
    this.namesClasses = method.method().wantsClassName();
    this.size = method.imageSize();
    try {
      TorchWeights weights =
          TorchWeights.load(
              manager, backbone.config(), backbone.weights(), size, method.position());
      this.network = method.network(new Clip<>(backbone.config(), weights, tokenizer));
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public String machine() {
    return Torch.machine();
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("threads", Torch.threads());
    m.put("libtorch", Torch.engine().getVersion());
    return m;
  }

  @Override
  public Frozen frozen(float[] pixels, float[] mask, boolean half) {
    NDManager owner = manager.newSubManager();
    Map<String, NDArray> all = new LinkedHashMap<>();
    try (TorchOps ops = new TorchOps(manager)) {
      NDArray input = ops.constant(HostTensor.of(pixels, 1, 3, size, size));
      Tensors<NDArray> found = Tensors.scoped(ops, () -> network.frozen(ops, input));
      found
          .named()
          .forEach(
              (name, x) -> {
                // views become arrays of their own, so that a stored part is the same to the bit
                NDArray own = (half ? ops.roundToHalf(x) : x).duplicate();
                own.attach(owner);
                all.put(name, own);
              });
      NDArray m = ops.constant(HostTensor.of(mask, 1, size, size));
      m.attach(owner);
      all.put(Frozen.MASK, m);
    }
    return new TorchFrozen(owner, new Tensors<>(all));
  }

  @Override
  public Loading load() {
    NDManager owner = manager.newSubManager();
    Map<String, NDArray> all = new LinkedHashMap<>();
    return new Loading() {
      private boolean done;

      @Override
      public void add(String name, long[] shape, ByteBuffer bytes) {
        try (NDArray view = owner.create(bytes, new Shape(shape), DataType.FLOAT32)) {
          all.put(name, view.duplicate());
        }
      }

      @Override
      public Frozen done() {
        done = true;
        return new TorchFrozen(owner, new Tensors<>(all));
      }

      @Override
      public void close() {
        if (!done) {
          owner.close();
        }
      }
    };
  }

  @Override
  public Frozen keep(Frozen part, boolean half) {
    NDManager owner = manager.newSubManager(Device.cpu());
    DataType type = half ? DataType.FLOAT16 : DataType.FLOAT32;
    return new TorchFrozen(
        owner,
        TorchFrozen.of(part)
            .arrays()
            .map(
                x -> {
                  NDArray copy = x.toType(type, true);
                  if (!copy.getDevice().equals(owner.getDevice())) {
                    try (NDArray elsewhere = copy) {
                      copy = elsewhere.toDevice(owner.getDevice(), true);
                    }
                  }
                  copy.attach(owner);
                  return copy;
                }));
  }

  @Override
  public Frozen use(Frozen kept) {
    NDManager owner = manager.newSubManager();
    return new TorchFrozen(owner, TorchFrozen.of(kept).arrays().map(x -> whole(x, owner)));
  }

  /** On the learner's device and in float32; the array itself where it is that already. */
  private static NDArray whole(NDArray x, NDManager owner) {
    NDArray there = x.toDevice(owner.getDevice(), false);
    NDArray floats = there.toType(DataType.FLOAT32, false);
    for (NDArray made : List.of(there, floats)) {
      if (made != x) {
        made.attach(owner);
      }
    }
    return floats;
  }

  @Override
  public Step step(Tensors<HostTensor> learned, List<Example> batch) {
    try (TorchOps ops = new TorchOps(manager)) {
      Tensors<NDArray> leaves = learned.map(t -> leaf(ops, t));
      Tensors<NDArray> losses;
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        losses = losses(ops, leaves, batch);
        ops.backward(losses.get(Network.TOTAL));
      }
      Map<String, Double> values = new LinkedHashMap<>();
      losses.named().forEach((name, x) -> values.put(name, (double) x.getFloat()));
      return new Step(values, leaves.list().stream().map(TorchLearner::gradient).toList());
    }
  }

  private Tensors<NDArray> losses(TorchOps ops, Tensors<NDArray> leaves, List<Example> batch) {
    Tensors<NDArray> prepared = network.prepare(ops, leaves);
    Map<ClassName, Tensors<NDArray>> classes = new HashMap<>();
    List<Tensors<NDArray>> each =
        batch.stream()
            .map(
                e -> {
                  Tensors<NDArray> known =
                      classes.computeIfAbsent(
                          name(e.name()), n -> prepared.and(network.words(ops, leaves, n)));
                  return network.features(ops, TorchFrozen.of(e.part()).stage(), known);
                })
            .toList();
    // a loss reads words only where the whole batch shows the same
    Tensors<NDArray> known = classes.size() == 1 ? classes.values().iterator().next() : prepared;
    int[] labels = batch.stream().mapToInt(e -> e.anomalous() ? 1 : 0).toArray();
    List<NDArray> masks = batch.stream().map(e -> TorchFrozen.of(e.part()).mask()).toList();
    return network.loss(
        ops, Tensors.joined(ops, each), known, new Truth<>(labels, ops.concat(0, masks)));
  }

  private ClassName name(ClassName given) {
    return namesClasses ? given : ClassName.unknown();
  }

  /** An array whose gradient is wanted. */
  static NDArray leaf(TorchOps ops, HostTensor values) {
    NDArray x = ops.constant(values);
    x.setRequiresGradient(true);
    return x;
  }

  /** The gradient of a leaf; zeros where the loss does not touch it. */
  static float[] gradient(NDArray leaf) {
    try (NDArray g = leaf.getGradient()) {
      return g.toFloatArray();
    }
  }

  @Override
  public Predictor predictor(Tensors<HostTensor> learned) {
    TorchOps base = new TorchOps(manager);
    Tensors<NDArray> numbers = learned.map(base::constant);
    Tensors<NDArray> prepared = network.prepare(base, numbers);
    Map<ClassName, Tensors<NDArray>> classes = new HashMap<>();
    return new Predictor() {
      @Override
      public Tensors<HostTensor> evidence(Frozen part, ClassName name) {
        Tensors<NDArray> known =
            classes.computeIfAbsent(name(name), n -> prepared.and(network.words(base, numbers, n)));
        try (TorchOps ops = new TorchOps(manager)) {
          Tensors<NDArray> features = network.features(ops, TorchFrozen.of(part).stage(), known);
          return network.evidence(ops, features, known).map(TorchOps::host);
        }
      }

      @Override
      public void close() {
        base.close();
      }
    };
  }

  @Override
  public void close() {
    manager.close();
  }
}
