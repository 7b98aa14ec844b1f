package dev.headclip.training;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.Sample;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.method.TrainSettings;
import dev.headclip.training.spi.Learner;
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
  private final TrainingJob job;
  private final TrainSettings train;
  private final Learner learner;
  private final FrozenParts parts;
  private final Optional<Checkpoints> checkpoints;
  private final Map<String, Object> identity;
  private final TrainingState state;
  private final Mosaic mosaic;
  private final Optional<Validation> validation;
  private String started = TrainingClock.now();
  private long lastSave = System.nanoTime();

  TrainingLoop(TrainingJob job, Learner learner) {
    this.job = job;
    this.train = job.train();
    this.learner = learner;
    this.identity = job.identity();
    this.mosaic = new Mosaic(train, job.data().samples());
    this.state =
        new TrainingState(job.method().learned(job.backbone().config()), job.first(), train);
    this.checkpoints = job.checkpoints().map(Checkpoints::new);
    this.parts = new FrozenParts(learner, job.backbone(), job.method(), job.cache(), train.half());
    this.validation =
        job.validation()
            .map(
                data ->
                    new Validation(
                        learner,
                        () -> parts.loader(data),
                        data,
                        job.method().scoring(job.scores().atNetwork(), job.backbone().config())));
  }

  private void tellStart() {
    long images =
        job.data().samples().size()
            + job.validation().map(v -> (long) v.samples().size()).orElse(0L);
    parts.measured(job.data(), images);
    Map<String, Object> facts = new LinkedHashMap<>(identity);
    facts.put("images", job.data().samples().size());
    facts.put("frozen_part", job.method().frozenPart().description());
    facts.put("cache", parts.description());
    facts.put("bytes_per_image", parts.bytesEach());
    job.listener().started(facts);
  }

  TrainingResult run() {
    // what is there already must fit, before anything is computed
    Optional<Checkpoint.Header> resumed = resume();
    tellStart();
    resumed.ifPresent(h -> job.listener().resumed(h.logBytes(), state.epoch(), state.step));
    while (state.epoch() <= train.epochs()) {
      if (!epoch()) {
        save();
        return result(false);
      }
    }
    rise().ifPresent(job.listener()::remark);
    return result(true);
  }

  /** What a loss that went up by the last epoch says. */
  private Optional<String> rise() {
    int n = state.epochs.size();
    return n < 2
        ? Optional.empty()
        : LossGuard.rise(total(state.epochs.get(0)), total(state.epochs.get(n - 1)), train.lr());
  }

  private static double total(EpochFigures e) {
    return e.losses().get(Network.TOTAL);
  }

  private Optional<Checkpoint.Header> resume() {
    if (checkpoints.isEmpty()) {
      return Optional.empty();
    }
    Checkpoints c = checkpoints.get();
    if (!job.resume()) {
      if (c.any()) {
        throw new HeadClipException(
            "%s holds an unfinished run; resume it, or remove that folder to start anew"
                .formatted(job.checkpoints().orElseThrow()));
      }
      return Optional.empty();
    }
    Optional<Checkpoint.Header> found = c.resume(state, identity, job.listener()::remark);
    found.ifPresent(
        h -> {
          started = h.started();
          if (!h.machine().equals(learner.machine())) {
            job.listener()
                .remark(
                    "the checkpoint is of %s, this is %s: the result is as good, but not the same to the bit"
                        .formatted(h.machine(), learner.machine()));
          }
        });
    return found;
  }

  private void save() {
    lastSave = System.nanoTime();
    checkpoints.ifPresent(
        c -> {
          long position = job.listener().position();
          Path file =
              c.save(state, new Checkpoint.Header(identity, learner.machine(), started, position));
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
    try (RecordLoader loader = parts.loader(job.data())) {
      loader.start(
          rest.stream()
              .flatMapToInt(Arrays::stream)
              .mapToObj(i -> new RecordLoader.Wanted(i, mosaic.of(i, epoch)))
              .toList());
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
      Optional<Map<String, Double>> figures = validation.get().figures(state.numbers, job.stop());
      if (figures.isEmpty()) {
        return false;
      }
      seen = figures.get();
    }
    state.endEpoch(seen);
    if (job.selectBest()) {
      keepIfBest(epoch, Validation.chosen(seen, train.selectBy()));
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
      Learner.Step s = learner.step(state.numbers, items.stream().map(this::example).toList());
      check(s, batch, state.step + 1);
      state.adam.step(s.gradients());
      state.add(s.losses());
      job.listener()
          .step(
              new TrainingListener.Step(
                  state.epoch(),
                  train.epochs(),
                  state.step,
                  steps,
                  batch.length,
                  s.losses(),
                  (int) (loader.computed() - before),
                  (System.nanoTime() - start) / 1e9));
    } finally {
      items.forEach(RecordLoader.Item::close);
    }
  }

  private Learner.Example example(RecordLoader.Item item) {
    Sample sample = job.data().samples().get(item.index());
    return new Learner.Example(item.part(), sample.anomalous(), new ClassName(sample.category()));
  }

  private void check(Learner.Step s, int[] batch, int step) {
    LossGuard.problem(s.losses().get(Network.TOTAL), state.firstLoss, s.gradients())
        .ifPresent(
            problem -> {
              throw new HeadClipException(
                  "epoch %d, step %d: %s on images %s; %s; lower lr (%s) or look at these images"
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
                          train.lr()));
            });
  }

  private TrainingResult result(boolean complete) {
    Optional<TrainingState.Best> best = job.selectBest() ? state.best : Optional.empty();
    return new TrainingResult(
        best.map(TrainingState.Best::numbers).orElse(state.numbers),
        List.copyOf(state.epochs),
        best.map(TrainingState.Best::epoch),
        complete,
        started,
        learner.facts());
  }

  @Override
  public void close() {
    parts.close();
  }
}
