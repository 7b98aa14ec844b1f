package dev.headclip.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.MvtecLayout;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.method.Adapter;
import dev.headclip.method.Method;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.TinyModel;
import dev.headclip.training.cache.CacheSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Map<String, Object> SETTINGS =
      Map.of("image_size", TinyModel.SIDE, "lr", 2e-3, "seed", 5, "epochs", 3);

  @TempDir private Path dir;
  private Backbone backbone;
  private TrainingData data;

  @BeforeEach
  void open() throws IOException {
    backbone = Backbone.open(TinyModel.backbone(dir.resolve("model")));
    data = data("data", 8, 46);
  }

  @AfterEach
  void close() {
    backbone.close();
  }

  private TrainingData data(String name, long seed, int images) {
    Path root = dir.resolve(name);
    DataSetWriter.write(root, Generator.drawn(seed, 70), images, n -> {});
    return check(root, new MvtecLayout().read(root));
  }

  private static TrainingData check(Path root, List<Sample> samples) {
    return TrainingData.check(new AnnotatedSet("drawn", root, Optional.empty(), samples), n -> {});
  }

  private TrainingResult train(UnaryOperator<Trainer> change) {
    return train(data, change);
  }

  private TrainingResult train(TrainingData on, UnaryOperator<Trainer> change) {
    return change.apply(new Trainer(backbone, on).set(SETTINGS)).run();
  }

  private CacheSettings disk(long limit) {
    return new CacheSettings(
        CacheSettings.Place.DISK, dir.resolve("cache"), OptionalLong.of(limit));
  }

  /** Counts the images for which the tower ran, by epoch. */
  private static final class TowerRuns implements TrainingListener {
    private final Map<Integer, Integer> epochs = new TreeMap<>();

    @Override
    public void step(Step s) {
      epochs.merge(s.epoch(), s.towerRuns(), Integer::sum);
    }
  }

  @Test
  void theLossFallsAndTheSameSeedGivesTheSameAdapter() {
    TrainingResult a = train(t -> t);
    TrainingResult b = train(t -> t);
    assertThat(a.epochs()).hasSize(3);
    assertThat(a.epochs().get(2).losses().get("total"))
        .isLessThan(a.epochs().get(0).losses().get("total"));
    assertThat(a.learned()).isEqualTo(b.learned());
    assertThat(train(t -> t.set("seed", 6)).learned()).isNotEqualTo(a.learned());
  }

  @Test
  void everyNumberOfEveryTensorIsLearned() {
    Map<String, HostTensor> first = new TreeMap<>();
    Recipe recipe = new Trainer(backbone, data).set(SETTINGS).recipe();
    TrainingState start =
        new TrainingState(recipe.method().learned(backbone.config()), recipe.train());
    first.putAll(start.numbers.named());
    Tensors<HostTensor> learned = train(t -> t.set("epochs", 1)).learned();
    assertThat(learned.names()).containsExactlyInAnyOrderElementsOf(first.keySet());
    first.forEach(
        (name, t) -> {
          for (int i = 0; i < t.data().length; i++) {
            assertThat(learned.get(name).data()[i]).as(name).isNotEqualTo(t.data()[i]);
          }
        });
  }

  @Test
  void itStartsFromWhatAnotherMethodLearned() {
    Recipe other =
        Recipe.of("anomalyclip", backbone.config())
            .with(Map.of("prompt_length", 5, "deep_layers", 2, "deep_length", 3));
    TrainingState drawn =
        new TrainingState(other.method().learned(backbone.config()), other.train());
    StartingPoint start =
        new StartingPoint(new Adapter(other.method(), other.scores(), drawn.numbers, Map.of()));
    // steps too small to be seen
    Tensors<HostTensor> learned =
        train(
                t ->
                    t.recipe(start.prompted(t.recipe()))
                        .from(start)
                        .set(Map.of("epochs", 1, "lr", 1e-12)))
            .learned();
    drawn.numbers.named().forEach((name, n) -> assertThat(learned.get(name)).isEqualTo(n));
    assertThat(learned.get("head_weights").data()).containsOnly(1f);
    assertThat(learned.names()).hasSize(drawn.numbers.names().size() + 1);
    Trainer longer = new Trainer(backbone, data).set(SETTINGS);
    assertThat(longer.from(new StartingPoint(longerThan(start))).runDigest())
        .isNotEqualTo(new Trainer(backbone, data).set(SETTINGS).runDigest());
    assertThatThrownBy(() -> new Trainer(backbone, data).set(SETTINGS).from(start))
        .hasMessageContaining("prompt.normal [5,");
  }

  /** One that fits the defaults. */
  private Adapter longerThan(StartingPoint start) {
    Recipe r = new Trainer(backbone, data).set(SETTINGS).recipe();
    TrainingState drawn = new TrainingState(r.method().learned(backbone.config()), r.train());
    return new Adapter(r.method(), r.scores(), drawn.numbers, start.adapter().provenance());
  }

  @Test
  void keptPartsSpareTheTowerAfterTheFirstEpoch() {
    TowerRuns kept = new TowerRuns();
    train(t -> t.listener(kept));
    assertThat(kept.epochs).containsEntry(1, 46).containsEntry(2, 0).containsEntry(3, 0);
    TowerRuns none = new TowerRuns();
    train(t -> t.cache(CacheSettings.none()).listener(none));
    assertThat(none.epochs).containsEntry(1, 46).containsEntry(2, 46).containsEntry(3, 46);
  }

  @Test
  void whatIsCachedDoesNotChangeTheResult() throws IOException {
    TrainingResult none = train(j -> j.cache(CacheSettings.none()));
    assertThat(train(j -> j.cache(CacheSettings.memory())).learned()).isEqualTo(none.learned());
    assertThat(train(j -> j.cache(disk(1 << 30))).learned()).isEqualTo(none.learned());
    List<Path> files = cacheFiles();
    assertThat(files).hasSize(46);
    // found again by the next run, and what is damaged is made anew
    byte[] bytes = Files.readAllBytes(files.get(7));
    bytes[bytes.length - 5] ^= 1;
    Files.write(files.get(7), bytes);
    Files.write(files.get(8), new byte[100]);
    TowerRuns runs = new TowerRuns();
    TrainingResult again = train(j -> j.cache(disk(1 << 30)).listener(runs));
    assertThat(again.learned()).isEqualTo(none.learned());
    assertThat(runs.epochs).containsEntry(1, 2).containsEntry(2, 0);
  }

  private List<Path> cacheFiles() throws IOException {
    try (Stream<Path> all = Files.walk(dir.resolve("cache"))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void aLimitIsKeptAndTheRestComputedAnew() throws IOException {
    long limit = 2_000_000;
    TrainingResult limited = train(j -> j.cache(disk(limit)));
    long bytes = cacheFiles().stream().mapToLong(f -> f.toFile().length()).sum();
    assertThat(bytes).isBetween(1_000_000L, limit + 46 * 2_000L);
    assertThat(cacheFiles().size()).isLessThan(46);
    assertThat(limited.learned()).isEqualTo(train(j -> j).learned());
    // another run's records make room
    train(j -> j.set(Map.of("feature_precision", "fp16", "epochs", 1)).cache(disk(limit)));
    long after = cacheFiles().stream().mapToLong(f -> f.toFile().length()).sum();
    assertThat(after).isLessThan(limit + 46 * 2_000L);
  }

  @Test
  void halfPrecisionRecordsStayCloseAndDoNotDependOnTheCache() {
    Map<String, Object> half = Map.of("feature_precision", "fp16", "epochs", 2);
    TrainingResult a = train(t -> t.set(half).cache(CacheSettings.none()));
    TrainingResult b = train(t -> t.set(half).cache(disk(1 << 30)));
    assertThat(train(t -> t.set(half)).learned()).isEqualTo(a.learned());
    assertThat(b.learned()).isEqualTo(a.learned());
    double full = train(t -> t.set("epochs", 2)).epochs().get(0).losses().get("local");
    assertThat(a.epochs().get(0).losses().get("local"))
        .isNotEqualTo(full)
        .isCloseTo(full, within(1e-4));
  }

  @Test
  @Tag("long")
  void everyWiringTrains() {
    List<Map<String, Object>> wirings =
        List.of(
            Map.of("local_input", "self"),
            Map.of("local_ffn", true),
            Map.of("weight_global", true),
            Map.of("aggregate", "per_layer_maps"),
            Map.of("aggregate", "mean_states"),
            Map.of("head_weight_constraint", "softmax", "scale_bias", true));
    for (Map<String, Object> wiring : wirings) {
      TrainingResult r = train(t -> t.set(wiring).set("epochs", 1));
      HostTensor weights = r.learned().get("head_weights");
      int heads = weights.size(1);
      // with the MLP the path starts anew in every layer: only the last one is seen
      for (int i = weights.data().length - heads; i < weights.data().length; i++) {
        assertThat(weights.data()[i]).as(wiring.toString()).isNotEqualTo(1f);
      }
    }
  }

  /** The slowest one has the long profile, and the paper's plan in the quick run. */
  private static final String SLOWEST = "adaclip";

  @Test
  void everyMethodThatLearnsTrainsAndResumes() {
    trainAndResume(m -> !m.name().equals(SLOWEST));
  }

  @Test
  @Tag("long")
  void theSlowestMethodTrainsAndResumes() {
    trainAndResume(m -> m.name().equals(SLOWEST));
  }

  private void trainAndResume(Predicate<Method<?>> which) {
    TrainingData few = data("few", 9, 34);
    for (Method<?> method : Methods.all().stream().filter(which).toList()) {
      if (Recipe.of(method, backbone.config()).method().learned(backbone.config()).isEmpty()) {
        assertThatThrownBy(() -> new Trainer(backbone, data).method(method.name()))
            .hasMessageContaining("method %s learns nothing".formatted(method.name()));
        continue;
      }
      UnaryOperator<Trainer> named = t -> t.method(method.name()).set(SETTINGS).set("epochs", 2);
      TrainingResult whole = train(few, named);
      assertThat(whole.epochs().get(1).losses().get("total"))
          .as(method.name())
          .isLessThan(whole.epochs().get(0).losses().get("total"));
      Path folder = dir.resolve(method.name());
      train(few, t -> stopping(named.apply(t), 1).checkpoints(folder, Duration.ofDays(1), false));
      TrainingResult rest =
          train(few, t -> named.apply(t).checkpoints(folder, Duration.ofDays(1), true));
      assertThat(rest.learned()).as(method.name()).isEqualTo(whole.learned());
    }
  }

  @Test
  void withoutHeadWeightsFeaturesAreCachedAndNothingElseIsLearned() {
    UnaryOperator<Trainer> without = t -> t.set(Map.of("head_weights", false, "epochs", 2));
    TowerRuns runs = new TowerRuns();
    TrainingResult r = train(t -> without.apply(t).listener(runs));
    assertThat(r.learned().has("head_weights")).isFalse();
    assertThat(runs.epochs).containsEntry(2, 0);
    assertThat(r.learned())
        .isEqualTo(train(t -> without.apply(t).cache(CacheSettings.none())).learned());
  }

  @Test
  void theAdapterSaysWhereItsNumbersComeFrom() {
    Trainer trainer = new Trainer(backbone, data).set(SETTINGS).set("epochs", 1);
    Adapter a = trainer.train();
    assertThat(a.provenance())
        .containsEntry("data_set", "drawn")
        .containsEntry("images", 46)
        .containsEntry("data_set_digest", data.digest())
        .containsEntry("backbone_digest", backbone.digest())
        .containsEntry("run_digest", trainer.runDigest());
    assertThat(a.provenance().get("seed").toString()).isEqualTo("5");
    assertThat(a.provenance().get("order_digest").toString()).matches("[0-9a-f]{64}");
  }

  @Test
  void stoppedAnywhereAndResumedItEndsAtTheSameNumbers() throws IOException {
    TrainingResult whole = train(j -> j);
    for (int stopAt : new int[] {1, 3, 6, 7, 11, 17}) {
      Path folder = dir.resolve("checkpoints" + stopAt);
      TrainingResult part =
          train(j -> stopping(j, stopAt).checkpoints(folder, Duration.ofDays(1), false));
      assertThat(part.complete()).isFalse();
      TrainingResult rest = train(j -> j.checkpoints(folder, Duration.ofDays(1), true));
      assertThat(rest.complete()).isTrue();
      assertThat(rest.learned()).as("stopped after " + stopAt).isEqualTo(whole.learned());
      assertThat(rest.epochs()).isEqualTo(whole.epochs());
      assertThat(rest.started()).isEqualTo(part.started());
    }
  }

  private static Trainer stopping(Trainer job, int steps) {
    AtomicBoolean stop = new AtomicBoolean();
    int[] done = new int[1];
    return job.stop(stop)
        .listener(
            new TrainingListener() {
              @Override
              public void step(Step s) {
                stop.set(++done[0] >= steps);
              }
            });
  }

  @Test
  void aDamagedNewestCheckpointFallsBackToTheOneBeforeAndSaysSo() throws IOException {
    TrainingResult whole = train(j -> j);
    for (int kind = 0; kind < 3; kind++) {
      Path folder = dir.resolve("damaged" + kind);
      train(j -> stopping(j, 15).checkpoints(folder, Duration.ZERO, false));
      List<Path> all;
      try (Stream<Path> files = Files.list(folder)) {
        all = files.sorted().toList();
      }
      assertThat(all).hasSize(3);
      Path newest = all.get(2);
      byte[] bytes = Files.readAllBytes(newest);
      switch (kind) {
        case 0 -> Files.write(newest, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        case 1 -> Files.write(newest, new byte[0]);
        default -> {
          bytes[bytes.length - 100] ^= 4;
          Files.write(newest, bytes);
        }
      }
      List<String> remarks = new ArrayList<>();
      TrainingResult rest =
          train(
              j ->
                  j.checkpoints(folder, Duration.ofDays(1), true)
                      .listener(
                          new TrainingListener() {
                            @Override
                            public void remark(String text) {
                              remarks.add(text);
                            }
                          }));
      assertThat(remarks).hasSize(1);
      assertThat(remarks.get(0)).contains(newest.toString(), "damaged");
      assertThat(rest.learned()).isEqualTo(whole.learned());
    }
  }

  @Test
  void anotherRunsCheckpointsAreRefusedNamingTheDifference() {
    Path folder = dir.resolve("other");
    train(j -> stopping(j, 2).checkpoints(folder, Duration.ofDays(1), false));
    assertThatThrownBy(
            () -> train(j -> j.set("epochs", 4).checkpoints(folder, Duration.ofDays(1), true)))
        .hasMessageContaining("epochs was 3, is now 4");
    assertThatThrownBy(() -> train(j -> j.checkpoints(folder, Duration.ofDays(1), false)))
        .hasMessageContaining("resume it");
    TrainingData before = data;
    data = data("others", 9, 46);
    assertThatThrownBy(() -> train(j -> j.checkpoints(folder, Duration.ofDays(1), true)))
        .hasMessageContaining("data_set_digest");
    data = before;
  }

  @Test
  void anExplosionStopsWithStepImagesAndTheLastGoodCheckpoint() {
    assertThatThrownBy(
            () ->
                train(
                    j ->
                        j.set("weight_decay", 1e33)
                            .checkpoints(dir.resolve("wild"), Duration.ZERO, false)))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("epoch 1, step 2")
        .hasMessageContaining(".png")
        .hasMessageContaining("epoch-0001-step-000001.safetensors");
  }

  @Test
  void aRateOutOfRangeIsRefusedAndALossThatRoseIsSaid() {
    assertThatThrownBy(() -> train(j -> j.set("lr", 1e6)))
        .hasMessageContaining("lr is 1000000.0")
        .hasMessageContaining("at most 1");
    assertThat(LossGuard.rise(1.2, 1.1, 1e-3)).isEmpty();
    assertThat(LossGuard.rise(1.2, 2.4, 0.5).orElseThrow())
        .contains("rose from 1.20 in the first epoch to 2.40", "lr 0.5 is too high");
  }

  @Test
  void validationIsOnlyLookedAtUnlessTheBestIsAskedFor() {
    TrainingData second = data("second", 21, 34);
    TrainingResult plain = train(j -> j);
    TrainingResult seen = train(j -> j.validation(second, false));
    assertThat(seen.learned()).isEqualTo(plain.learned());
    assertThat(seen.best()).isEmpty();
    assertThat(seen.epochs().get(0).validation()).containsKeys("image_auroc", "pixel_aupro");
    TrainingResult best = train(j -> j.validation(second, true));
    double[] figures =
        best.epochs().stream()
            .mapToDouble(
                e ->
                    Validation.chosen(
                        e.validation(), dev.headclip.method.TrainSettings.SelectBy.MAD))
            .toArray();
    for (double f : figures) {
      assertThat(f).isLessThanOrEqualTo(figures[best.best().orElseThrow() - 1]);
    }
    Path folder = dir.resolve("best");
    train(
        j ->
            stopping(j, 14)
                .validation(second, true)
                .checkpoints(folder, Duration.ofDays(1), false));
    TrainingResult resumed =
        train(j -> j.validation(second, true).checkpoints(folder, Duration.ofDays(1), true));
    assertThat(resumed.learned()).isEqualTo(best.learned());
    assertThat(resumed.epochs()).isEqualTo(best.epochs());
  }

  @Test
  @Tag("long")
  void stoppedWhileLookingAtTheSecondSetNothingIsLost() {
    TrainingData second = data("second", 21, 34);
    UnaryOperator<Trainer> two = t -> t.set("epochs", 2).validation(second, false);
    TrainingResult whole = train(two);
    Path folder = dir.resolve("checkpoints");
    // the last step of the first epoch: what comes next is the second set
    TrainingResult part =
        train(j -> stopping(two.apply(j), 6).checkpoints(folder, Duration.ofDays(1), false));
    assertThat(part.complete()).isFalse();
    assertThat(part.epochs()).isEmpty();
    TrainingResult rest = train(j -> two.apply(j).checkpoints(folder, Duration.ofDays(1), true));
    assertThat(rest.learned()).isEqualTo(whole.learned());
    assertThat(rest.epochs()).isEqualTo(whole.epochs());
  }

  @Test
  void dataThatCannotBeUsedIsNamedBeforeTheFirstStep() throws IOException {
    Path broken = data.samples().get(0).image();
    Files.write(broken, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> check(data.set().root(), data.samples()))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(broken.toString())
        .hasMessageContaining("1 of 46");
    Sample masked =
        data.samples().stream().filter(s -> s.mask().isPresent()).findFirst().orElseThrow();
    Files.copy(
        data("small", 3, 46).samples().get(0).image(),
        broken,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (OutputStream out = Files.newOutputStream(masked.mask().orElseThrow())) {
      ImageWriter.png(RgbImage.blank(70, 35), out);
    }
    assertThatThrownBy(() -> check(data.set().root(), data.samples()))
        .hasMessageContaining("mask " + masked.mask().orElseThrow())
        .hasMessageContaining("70x35, its image 70x70");
  }

  @Test
  void missingMasksAndOneSidedClassesAreCounted() throws IOException {
    Sample masked =
        data.samples().stream().filter(s -> s.mask().isPresent()).findFirst().orElseThrow();
    Files.delete(masked.mask().orElseThrow());
    List<Sample> samples =
        new MvtecLayout()
            .read(data.set().root()).stream()
                .filter(s -> !(s.category().equals("bottle") && s.anomalous()))
                .toList();
    List<String> remarks = check(data.set().root(), samples).check().remarks();
    assertThat(remarks.toString()).contains("have no mask", "bottle");
  }
}
