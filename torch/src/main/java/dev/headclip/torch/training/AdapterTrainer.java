package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageLoader;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptSettings;
import dev.headclip.method.PromptText;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Learns an adapter on an annotated auxiliary data set: prompts, deep text tokens, head weights;
 * the backbone stays as it is. Same seed, data, machine and thread count, same adapter, bit for
 * bit.
 */
public final class AdapterTrainer {
  /**
   * One step's report.
   *
   * @param epoch counted from 1
   * @param step in the epoch, counted from 1
   * @param steps in an epoch
   * @param global cross-entropy of the global path
   * @param local Eq. 10 summed over output layers
   */
  public record Progress(int epoch, int step, int steps, double global, double local) {}

  /**
   * What a run brought.
   *
   * @param learned the numbers
   * @param losses per epoch: mean global, mean local
   * @param complete false where it was stopped early
   */
  public record Result(Learned<HostTensor> learned, List<double[]> losses, boolean complete) {}

  private static final double START_DEVIATION = 0.02;

  private final TrainSettings train;
  private final HeadClipSettings method;

  public AdapterTrainer(TrainSettings train, HeadClipSettings method) {
    this.train = train;
    this.method = method;
  }

  /** First numbers: prompts and deep tokens normal with deviation 0.02, head weights constant. */
  Learned<HostTensor> start(ClipConfig c) {
    SplittableRandom r = new SplittableRandom(train.seed());
    int width = c.text().width();
    List<HostTensor> deep = new ArrayList<>();
    HostTensor normal = random(r, PromptSettings.LENGTH, width);
    HostTensor abnormal = random(r, PromptSettings.LENGTH, width);
    // the literal reading starts one layer earlier and has one tensor more
    int tensors =
        PromptSettings.defaultDeepTensors(c.text().layers())
            + (method.prompts().deepStart() == 1 ? 1 : 0);
    for (int i = 0; i < tensors; i++) {
      deep.add(random(r, PromptSettings.DEEP_LENGTH, width));
    }
    return new Learned<>(
        normal,
        abnormal,
        deep,
        train.learnHeadWeights() ? Optional.of(heads(r, c)) : Optional.empty());
  }

  private HostTensor heads(SplittableRandom r, ClipConfig c) {
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
      t.data()[i] = (float) (START_DEVIATION * r.nextGaussian());
    }
    return t;
  }

  /**
   * Trains.
   *
   * @param stop asked after every step; when set, the numbers so far are the result
   */
  public Result run(
      Backbone backbone, List<Sample> samples, AtomicBoolean stop, Consumer<Progress> report) {
    ClipConfig config = backbone.config();
    try (NDManager manager = Torch.manager();
        ClipTokenizer tokenizer = backbone.tokenizer();
        BatchLoader loader =
            new BatchLoader(
                samples, method.imageSize(), backbone.normalization(), ImageLoader.defaults())) {
      TorchWeights weights =
          TorchWeights.load(
              manager, config, backbone.weights(), method.imageSize(), method.position());
      HeadClip<NDArray> net = new HeadClip<>(config, weights, method);
      HeadClipLoss loss = new HeadClipLoss(net, config.grid(method.imageSize()));
      PromptIds ids = PromptText.ids(tokenizer, method.templates());
      Learned<HostTensor> numbers = start(config);
      Adam words = new Adam(data(withoutHeads(numbers)));
      Adam heads = new Adam(data(onlyHeads(numbers)));
      List<double[]> losses = new ArrayList<>();
      for (int epoch = 1; epoch <= train.epochs(); epoch++) {
        double[] sums = new double[2];
        List<int[]> batches = loader.shuffled(train.seed(), epoch, train.batch());
        loader.start(batches);
        for (int i = 0; i < batches.size(); i++) {
          BatchLoader.Batch batch = loader.next();
          double[] l = step(manager, net, loss, ids, numbers, words, heads, batch);
          check(l, epoch, i + 1, batch);
          sums[0] += l[0];
          sums[1] += l[1];
          report.accept(new Progress(epoch, i + 1, batches.size(), l[0], l[1]));
          if (stop.get()) {
            return new Result(numbers, losses, false);
          }
        }
        losses.add(new double[] {sums[0] / batches.size(), sums[1] / batches.size()});
      }
      return new Result(numbers, losses, true);
    }
  }

  private static void check(double[] l, int epoch, int step, BatchLoader.Batch batch) {
    if (!Double.isFinite(l[0] + l[1])) {
      throw new HeadClipException(
          "loss is %s in epoch %d, step %d (images %s); lower --lr"
              .formatted(l[0] + l[1], epoch, step, batch.images()));
    }
  }

  private double[] step(
      NDManager manager,
      HeadClip<NDArray> net,
      HeadClipLoss loss,
      PromptIds ids,
      Learned<HostTensor> numbers,
      Adam words,
      Adam heads,
      BatchLoader.Batch batch) {
    try (TorchOps ops = new TorchOps(manager)) {
      Learned<NDArray> learned = numbers.map(t -> HeadClipLoss.leaf(ops, t.data(), t.shape()));
      HeadClipLoss.Parts parts;
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        NDArray pixels =
            ops.constant(
                HostTensor.of(
                    batch.pixels(),
                    batch.labels().length,
                    3,
                    method.imageSize(),
                    method.imageSize()));
        parts =
            loss.of(
                ops,
                net.imageFeatures(ops, pixels, learned.headWeights()),
                net.textFeatures(ops, ids, learned),
                batch.labels(),
                batch.masks());
        collector.backward(parts.total(ops, train.localLossWeight()));
      }
      words.step(
          HeadClipLoss.gradients(withoutHeads(learned)), Adam.Settings.adapter(train.rate()));
      heads.step(
          HeadClipLoss.gradients(onlyHeads(learned)),
          Adam.Settings.adapter(train.headWeightRate()));
      return new double[] {parts.global().getFloat(), parts.local().getFloat()};
    }
  }

  private static <T> List<T> withoutHeads(Learned<T> l) {
    return new Learned<>(l.normal(), l.abnormal(), l.deep(), Optional.empty()).tensors();
  }

  private static <T> List<T> onlyHeads(Learned<T> l) {
    return l.headWeights().stream().toList();
  }

  private static List<float[]> data(List<HostTensor> tensors) {
    return tensors.stream().map(HostTensor::data).toList();
  }

  /** The adapter with its provenance. */
  public Adapter adapter(Result result, Map<String, Object> provenance) {
    return new Adapter(method, result.learned(), provenance);
  }
}
