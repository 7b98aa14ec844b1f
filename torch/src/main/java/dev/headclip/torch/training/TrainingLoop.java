package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.detect.JointScore;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One run: epochs, steps, checkpoints, with all that belongs to it. */
final class TrainingLoop implements AutoCloseable {
  private final NDManager manager;
  private final TrainingJob job;
  private final TrainSettings train;
  private final HeadClipSettings method;
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

  TrainingLoop(
      NDManager manager,
      TrainingJob job,
      TrainSettings train,
      HeadClip<NDArray> net,
      PromptIds ids,
      FrozenPart part,
      Map<String, Object> identity) {
    this.manager = manager;
    this.job = job;
    this.train = train;
    this.method = net.settings();
    this.identity = identity;
    this.net = net;
    this.ids = ids;
    this.part = part;
    ClipConfig config = job.backbone().config();
    loss = new HeadClipLoss(net, config.grid(method.imageSize()));
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

  AdapterTrainer.Result run() {
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
              if (!h.machine().equals(Torch.machine())) {
                job.listener()
                    .remark(
                        "the checkpoint is of %s, this is %s: the result is as good, but not the same to the bit"
                            .formatted(h.machine(), Torch.machine()));
              }
              job.listener().resumed(h.logBytes(), state.epoch(), state.step);
            });
  }

  private void save() {
    lastSave = System.nanoTime();
    checkpoints.ifPresent(
        c -> {
          long position = job.listener().position();
          Path file =
              c.save(state, new Checkpoint.Header(identity, Torch.machine(), started, position));
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
    Map<String, Double> seen = Map.of();
    if (validation.isPresent()) {
      // looking at another data set may take long: what was learned is safe before it
      save();
      Optional<Map<String, Double>> figures =
          validation.get().figures(manager, state.numbers, job.stop());
      if (figures.isEmpty()) {
        return false;
      }
      seen = figures.get();
    }
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
    return Arrays.stream(batch).map(i -> job.data().samples().get(i).anomalous() ? 1 : 0).toArray();
  }

  private void check(double[] l, List<float[]> words, List<float[]> heads, int[] batch, int step) {
    LossGuard.problem(l[0] + l[1], state.firstLoss, words, heads)
        .ifPresent(
            problem -> {
              throw new HeadClipException(
                  "epoch %d, step %d: %s on images %s; %s; lower --lr (%s) or look at these images"
                      .formatted(
                          state.epoch(),
                          step,
                          problem,
                          Arrays.stream(batch)
                              .mapToObj(i -> job.data().samples().get(i).image().toString())
                              .collect(Collectors.joining(", ")),
                          checkpoints
                              .flatMap(Checkpoints::last)
                              .map(f -> "the last good checkpoint is " + f)
                              .orElse("there is no checkpoint yet"),
                          train.rate()));
            });
  }

  private AdapterTrainer.Result result(boolean complete) {
    Optional<TrainingState.Best> best = job.selectBest() ? state.best : Optional.empty();
    return new AdapterTrainer.Result(
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
