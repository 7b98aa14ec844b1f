package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.DataDigest;
import dev.headclip.detect.JointScore;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.method.SettingsJson;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Learns an adapter on an annotated auxiliary data set: prompts, deep text tokens, head weights;
 * the backbone stays as it is. Same seed, data, machine and thread count, same adapter, bit for
 * bit, whatever is cached and however often it was stopped.
 */
public final class AdapterTrainer {
  /**
   * What a run brought.
   *
   * @param learned the numbers
   * @param epochs their losses
   * @param best the epoch that the numbers are of, where it was selected
   * @param complete false where it was stopped early
   * @param started when the run began first, as text
   */
  public record Result(
      Learned<HostTensor> learned,
      List<EpochFigures> epochs,
      Optional<Integer> best,
      boolean complete,
      String started) {}

  /** A loss of this many times the first one is an explosion. */
  private static final double EXPLOSION = 20;

  private final TrainSettings train;
  private final HeadClipSettings method;

  public AdapterTrainer(TrainSettings train, HeadClipSettings method) {
    this.train = train;
    this.method = method;
  }

  /** The method's settings. */
  public HeadClipSettings settings() {
    return method;
  }

  /** Settings and digests that a run must share to be the same run. */
  public Map<String, Object> identity(TrainingJob job) {
    Map<String, Object> m = new LinkedHashMap<>(train.asMap());
    SettingsJson.write(method).fields().forEachRemaining(e -> m.put(e.getKey(), e.getValue()));
    // what is not used in training may change
    for (String later :
        List.of("sigma", "top_fraction", "top_count", "top_map", "lambda", "threshold")) {
      if (!job.selectBest()) {
        m.remove(later);
      }
    }
    m.putAll(job.inputs());
    return m;
  }

  /** Trains. */
  public Result run(TrainingJob job) {
    ClipConfig config = job.backbone().config();
    try (NDManager manager = Torch.manager(job.device());
        ClipTokenizer tokenizer = job.backbone().tokenizer()) {
      TorchWeights weights =
          TorchWeights.load(
              manager, config, job.backbone().weights(), method.imageSize(), method.position());
      HeadClip<NDArray> net = new HeadClip<>(config, weights, method);
      PromptIds ids = PromptText.ids(tokenizer, method);
      FrozenPart part = FrozenPart.of(net, train.learnHeadWeights());
      try (Loop loop = new Loop(manager, job, net, ids, part)) {
        return loop.run();
      }
    }
  }

  /** One run with all that belongs to it. */
  private final class Loop implements AutoCloseable {
    private final NDManager manager;
    private final TrainingJob job;
    private final HeadClip<NDArray> net;
    private final HeadClipLoss loss;
    private final PromptIds ids;
    private final FrozenPart part;
    private final FeatureCache cache;
    private final Optional<Checkpoints> checkpoints;
    private final Map<String, Object> identity;
    private final TrainingState state;
    private final Optional<Validation> validation;
    private String started = TrainingClock.now();
    private long lastSave = System.nanoTime();

    Loop(
        NDManager manager, TrainingJob job, HeadClip<NDArray> net, PromptIds ids, FrozenPart part) {
      this.manager = manager;
      this.job = job;
      this.net = net;
      this.ids = ids;
      this.part = part;
      ClipConfig config = job.backbone().config();
      loss = new HeadClipLoss(net, config.grid(method.imageSize()));
      identity = identity(job);
      state = new TrainingState(FirstNumbers.of(train, method, config));
      checkpoints = job.checkpoints().map(Checkpoints::new);
      int images =
          job.data().samples().size() + job.validation().map(v -> v.samples().size()).orElse(0);
      long each = FrozenPart.bytes(part, config, method, train.halfFeatures());
      cache =
          job.cache()
              .open(
                  manager,
                  FrozenPart.cacheKey(part, job.backbone(), method, train.halfFeatures()),
                  train.halfFeatures(),
                  each * images);
      JointScore scores = new JointScore(method, config.grid(method.imageSize()));
      validation =
          job.validation()
              .map(
                  data ->
                      new Validation(
                          new Predictor(net, ids, part), () -> loader(data), data, scores));
      Map<String, Object> facts = new LinkedHashMap<>(identity);
      facts.put("images", job.data().samples().size());
      facts.put("frozen_part", part.description());
      facts.put("cache", cache.description());
      facts.put("bytes_per_image", each);
      job.listener().started(facts);
    }

    private RecordLoader loader(TrainingData data) {
      return new RecordLoader(
          manager,
          part,
          cache,
          data,
          method.imageSize(),
          job.backbone().normalization(),
          train.halfFeatures());
    }

    Result run() {
      resume();
      while (state.epoch() <= train.epochs()) {
        if (!epoch()) {
          save();
          return result(false);
        }
      }
      return result(true);
    }

    private void resume() {
      if (checkpoints.isEmpty()) {
        return;
      }
      Checkpoints c = checkpoints.get();
      if (!job.resume()) {
        if (c.any()) {
          throw new HeadClipException(
              "%s holds an unfinished run; add --resume to go on with it, or remove that folder to start anew"
                  .formatted(job.checkpoints().orElseThrow()));
        }
        return;
      }
      c.resume(state, identity, job.listener()::remark)
          .ifPresent(
              h -> {
                started = h.started();
                job.listener().resumed(h.logBytes(), state.epoch(), state.step);
              });
    }

    private void save() {
      lastSave = System.nanoTime();
      checkpoints.ifPresent(
          c -> {
            long position = job.listener().position();
            Path file = c.save(state, new Checkpoint.Header(identity, started, position));
            job.listener().checkpoint(file);
          });
    }

    /** Whether the epoch came to its end. */
    private boolean epoch() {
      long start = System.nanoTime();
      int epoch = state.epoch();
      List<int[]> batches =
          Shuffle.batches(job.data().samples().size(), train.seed(), epoch, train.batch());
      List<int[]> rest = batches.subList(state.step, batches.size());
      try (RecordLoader loader = loader(job.data())) {
        loader.start(rest.stream().flatMapToInt(Arrays::stream).boxed().toList());
        for (int[] batch : rest) {
          if (job.stop().get()) {
            return false;
          }
          step(loader, batch, batches.size());
          if (System.nanoTime() - lastSave >= job.interval().toNanos()) {
            save();
          }
        }
      }
      Map<String, Double> seen =
          validation.map(v -> v.figures(manager, state.numbers)).orElse(Map.of());
      state.endEpoch(seen);
      if (job.selectBest()) {
        keepIfBest(epoch, Validation.chosen(seen));
      }
      EpochFigures figures = state.epochs.get(epoch - 1);
      job.listener().epoch(epoch, figures, (System.nanoTime() - start) / 1e9);
      save();
      return true;
    }

    private void keepIfBest(int epoch, double figure) {
      if (state.best.isEmpty() || figure > state.best.get().figure()) {
        state.best =
            Optional.of(new TrainingState.Best(epoch, figure, TrainingState.copy(state.numbers)));
      }
    }

    private void step(RecordLoader loader, int[] batch, int steps) {
      long start = System.nanoTime();
      long before = loader.computed();
      List<RecordLoader.Item> items = new ArrayList<>();
      try {
        for (int i = 0; i < batch.length; i++) {
          items.add(loader.next());
        }
        double[] l = learn(items, batch, state.step + 1);
        state.add(l[0], l[1]);
        job.listener()
            .step(
                new TrainingListener.Step(
                    state.epoch(),
                    train.epochs(),
                    state.step,
                    steps,
                    batch.length,
                    l[0],
                    l[1],
                    (int) (loader.computed() - before),
                    (System.nanoTime() - start) / 1e9));
      } finally {
        items.forEach(RecordLoader.Item::close);
      }
    }

    private double[] learn(List<RecordLoader.Item> items, int[] batch, int step) {
      try (TorchOps ops = new TorchOps(manager)) {
        Learned<NDArray> learned =
            state.numbers.map(t -> HeadClipLoss.leaf(ops, t.data(), t.shape()));
        HeadClipLoss.Parts parts;
        try (GradientCollector collector = Torch.engine().newGradientCollector()) {
          parts =
              loss.of(
                  ops,
                  part.features(
                      ops,
                      items.stream().map(RecordLoader.Item::record).toList(),
                      learned.headWeights()),
                  net.textFeatures(ops, ids, learned),
                  labels(batch),
                  ops.concat(0, items.stream().map(RecordLoader.Item::mask).toList()));
          collector.backward(parts.total(ops, train.localLossWeight()));
        }
        double[] l = {parts.global().getFloat(), parts.local().getFloat()};
        List<float[]> words = HeadClipLoss.gradients(TrainingState.withoutHeads(learned));
        List<float[]> heads = HeadClipLoss.gradients(TrainingState.onlyHeads(learned));
        check(l, words, heads, batch, step);
        state.words.step(words, Adam.Settings.adapter(train.rate()));
        state.heads.step(heads, Adam.Settings.adapter(train.headWeightRate()));
        return l;
      }
    }

    private int[] labels(int[] batch) {
      return Arrays.stream(batch)
          .map(i -> job.data().samples().get(i).anomalous() ? 1 : 0)
          .toArray();
    }

    /** Before the numbers are touched: nothing that is not finite ever enters them. */
    private void check(
        double[] l, List<float[]> words, List<float[]> heads, int[] batch, int step) {
      double total = l[0] + l[1];
      boolean finite = Double.isFinite(total) && finite(words) && finite(heads);
      boolean exploded = state.firstLoss >= 0 && total > EXPLOSION * Math.max(1, state.firstLoss);
      if (finite && !exploded) {
        return;
      }
      String images =
          Arrays.stream(batch)
              .mapToObj(i -> job.data().samples().get(i).image().toString())
              .collect(Collectors.joining(", "));
      String last =
          checkpoints
              .flatMap(Checkpoints::last)
              .map(f -> "the last good checkpoint is " + f)
              .orElse("there is no checkpoint yet");
      throw new HeadClipException(
          "epoch %d, step %d: %s on images %s; %s; lower --lr (%s) or look at these images"
              .formatted(
                  state.epoch(),
                  step,
                  finite
                      ? "the loss exploded from %.3g to %.3g".formatted(state.firstLoss, total)
                      : Double.isFinite(total)
                          ? "the gradient is not a number"
                          : "the loss is " + total,
                  images,
                  last,
                  train.rate()));
    }

    private static boolean finite(List<float[]> all) {
      for (float[] a : all) {
        for (float v : a) {
          if (!Float.isFinite(v)) {
            return false;
          }
        }
      }
      return true;
    }

    private Result result(boolean complete) {
      Optional<TrainingState.Best> best = job.selectBest() ? state.best : Optional.empty();
      return new Result(
          best.map(TrainingState.Best::numbers).orElse(state.numbers),
          List.copyOf(state.epochs),
          best.map(TrainingState.Best::epoch),
          complete,
          started);
    }

    @Override
    public void close() {
      cache.close();
    }
  }

  /** SHA-256 over the order of the images in all epochs, for provenance. */
  public String orderDigest(int images) {
    StringBuilder all = new StringBuilder();
    for (int e = 1; e <= train.epochs(); e++) {
      for (int[] b : Shuffle.batches(images, train.seed(), e, train.batch())) {
        all.append(Arrays.toString(b));
      }
    }
    return DataDigest.of(all.toString());
  }
}
