package dev.headclip.torch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalPath;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.MvtecLayout;
import dev.headclip.dataset.Sample;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.TinyModel;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterTrainerTest {
  private static final TrainSettings SETTINGS =
      TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(3);

  @TempDir private Path dir;
  private Backbone backbone;
  private TrainingData data;

  @BeforeEach
  void open() throws IOException {
    backbone = Backbone.open(TinyModel.write(Files.createDirectory(dir.resolve("model"))));
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

  private HeadClipSettings method() {
    return HeadClipSettings.defaultsFor(backbone.config()).withImageSize(70);
  }

  private AdapterTrainer.Result train(UnaryOperator<TrainingJob> change) {
    return train(SETTINGS, change);
  }

  private AdapterTrainer.Result train(TrainSettings s, UnaryOperator<TrainingJob> change) {
    return new AdapterTrainer(s, method()).run(change.apply(TrainingJob.of(backbone, data)));
  }

  private CacheSettings disk(long limit) {
    return new CacheSettings(
        CacheSettings.Place.DISK, dir.resolve("cache"), OptionalLong.of(limit));
  }

  @Test
  void theLossFallsAndTheSameSeedGivesTheSameAdapter() {
    AdapterTrainer.Result a = train(j -> j);
    AdapterTrainer.Result b = train(j -> j);
    assertThat(a.epochs()).hasSize(3);
    assertThat(a.epochs().get(2).global() + a.epochs().get(2).local())
        .isLessThan(a.epochs().get(0).global() + a.epochs().get(0).local());
    assertThat(a.learned()).isEqualTo(b.learned());
    assertThat(a.learned().headWeights().orElseThrow().data()).doesNotContain(1f);
  }

  @Test
  void whatIsCachedDoesNotChangeTheResult() throws IOException {
    AdapterTrainer.Result none = train(j -> j.withCache(CacheSettings.none()));
    assertThat(train(j -> j.withCache(CacheSettings.memory())).learned()).isEqualTo(none.learned());
    assertThat(train(j -> j.withCache(disk(1 << 30))).learned()).isEqualTo(none.learned());
    List<Path> files = cacheFiles();
    assertThat(files).hasSize(46);
    // found again by the next run, and what is damaged is made anew
    byte[] bytes = Files.readAllBytes(files.get(7));
    bytes[bytes.length - 5] ^= 1;
    Files.write(files.get(7), bytes);
    Files.write(files.get(8), new byte[100]);
    int[] runs = new int[1];
    AdapterTrainer.Result again =
        train(
            j ->
                j.withCache(disk(1 << 30))
                    .withListener(
                        new TrainingListener() {
                          @Override
                          public void step(Step s) {
                            runs[0] += s.towerRuns();
                          }
                        }));
    assertThat(again.learned()).isEqualTo(none.learned());
    assertThat(runs[0]).isEqualTo(2);
  }

  private List<Path> cacheFiles() throws IOException {
    try (Stream<Path> all = Files.walk(dir.resolve("cache"))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void aLimitIsKeptAndTheRestComputedAnew() throws IOException {
    long limit = 2_000_000;
    AdapterTrainer.Result limited = train(j -> j.withCache(disk(limit)));
    long bytes = cacheFiles().stream().mapToLong(f -> f.toFile().length()).sum();
    assertThat(bytes).isBetween(1_000_000L, limit + 46 * 2_000L);
    assertThat(cacheFiles().size()).isLessThan(46);
    assertThat(limited.learned()).isEqualTo(train(j -> j).learned());
    // another run's records make room
    TrainSettings half =
        TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(1).withHalfFeatures(true);
    train(half, j -> j.withCache(disk(limit)));
    long after = cacheFiles().stream().mapToLong(f -> f.toFile().length()).sum();
    assertThat(after).isLessThan(limit + 46 * 2_000L);
  }

  @Test
  void halfPrecisionRecordsStayCloseAndDoNotDependOnTheCache() {
    TrainSettings half =
        TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(2).withHalfFeatures(true);
    AdapterTrainer.Result a = train(half, j -> j.withCache(CacheSettings.none()));
    AdapterTrainer.Result b = train(half, j -> j.withCache(disk(1 << 30)));
    assertThat(train(half, j -> j).learned()).isEqualTo(a.learned());
    assertThat(b.learned()).isEqualTo(a.learned());
    TrainSettings full = TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(2);
    assertThat(a.epochs().get(0).local())
        .isCloseTo(train(full, j -> j).epochs().get(0).local(), within(1e-4));
  }

  @Test
  void stepsFromTheHeadsOutputsAreStepsThroughTheTower() {
    ClipConfig config = backbone.config();
    HeadClipSettings method = method().withOutputLayers(List.of(1, 3, 5));
    try (NDManager manager = Torch.manager();
        ClipTokenizer tokenizer = backbone.tokenizer()) {
      TorchWeights weights =
          TorchWeights.load(manager, config, backbone.weights(), 70, method.position());
      HeadClip<NDArray> net = new HeadClip<>(config, weights, method);
      PromptIds ids = PromptText.ids(tokenizer, method);
      Learned<HostTensor> numbers = FirstNumbers.of(SETTINGS, method, config);
      List<float[]> plain =
          gradients(manager, new FrozenPart.Pixels(net), net, ids, numbers, weights);
      List<float[]> fast =
          gradients(manager, new FrozenPart.HeadOutputs(net), net, ids, numbers, weights);
      for (int i = 0; i < plain.size(); i++) {
        dev.headclip.testing.Golden.assertClose(
            "gradient " + i, HostTensor.of(plain.get(i), plain.get(i).length), fast.get(i), 1e-4);
      }
    }
  }

  /** The losses first, then the gradients. */
  private List<float[]> gradients(
      NDManager manager,
      FrozenPart part,
      HeadClip<NDArray> net,
      PromptIds ids,
      Learned<HostTensor> numbers,
      TorchWeights weights) {
    List<RecordLoader.Item> items = new ArrayList<>();
    try (RecordLoader loader =
            new RecordLoader(
                manager, part, new NoCache(), data, 70, backbone.normalization(), false);
        TorchOps ops = new TorchOps(manager)) {
      loader.start(List.of(0, 1, 2, 3));
      for (int i = 0; i < 4; i++) {
        items.add(loader.next());
      }
      Learned<NDArray> learned = numbers.map(t -> HeadClipLoss.leaf(ops, t.data(), t.shape()));
      HeadClipLoss.Parts parts;
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        parts =
            new HeadClipLoss(net, 5)
                .of(
                    ops,
                    part.features(
                        ops,
                        items.stream().map(RecordLoader.Item::record).toList(),
                        learned.headWeights()),
                    net.textFeatures(ops, ids, learned),
                    new int[] {0, 1, 1, 0},
                    ops.concat(0, items.stream().map(RecordLoader.Item::mask).toList()));
        collector.backward(parts.total(ops, 1));
      }
      List<float[]> all = new ArrayList<>();
      all.add(new float[] {parts.global().getFloat(), parts.local().getFloat()});
      all.addAll(HeadClipLoss.gradients(learned.tensors()));
      return all;
    } finally {
      items.forEach(RecordLoader.Item::close);
    }
  }

  @Test
  void everyWiringTrains() {
    LocalPath path = method().localPath();
    for (LocalPath p :
        List.of(
            path.withInput(LocalPath.Input.SELF),
            path.withFfn(true),
            path.withWeightGlobal(true),
            path.withAggregate(LocalPath.Aggregate.PER_LAYER_MAPS),
            path.withAggregate(LocalPath.Aggregate.MEAN_STATES),
            path.withConstraint(LocalPath.Constraint.SOFTMAX).withScaleBias(true))) {
      TrainSettings one = TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(1);
      HeadClipSettings m = method().withLocalPath(p);
      AdapterTrainer.Result r =
          new AdapterTrainer(one, m.withOutputLayers(p.defaultOutputs(m.outputLayers())))
              .run(TrainingJob.of(backbone, data));
      float[] weights = r.learned().headWeights().orElseThrow().data();
      // with the MLP the path starts anew in every layer: only the last one is seen
      assertThat(weights[weights.length - 1]).as(p.toString()).isNotEqualTo(1f);
    }
  }

  @Test
  void withoutHeadWeightsFeaturesAreCachedAndNothingElseIsLearned() {
    TrainSettings none =
        TrainSettings.defaults().withRate(2e-3).withSeed(5).withEpochs(2).withHeadWeights(false);
    AdapterTrainer.Result r = train(none, j -> j);
    assertThat(r.learned().headWeights()).isEmpty();
    assertThat(r.learned())
        .isEqualTo(train(none, j -> j.withCache(CacheSettings.none())).learned());
  }

  @Test
  void stoppedAnywhereAndResumedItEndsAtTheSameNumbers() throws IOException {
    AdapterTrainer.Result whole = train(j -> j);
    for (int stopAt : new int[] {1, 3, 6, 7, 11, 17}) {
      Path folder = dir.resolve("checkpoints" + stopAt);
      AdapterTrainer.Result part =
          train(j -> stopping(j, stopAt).withCheckpoints(folder, Duration.ofDays(1), false));
      assertThat(part.complete()).isFalse();
      AdapterTrainer.Result rest = train(j -> j.withCheckpoints(folder, Duration.ofDays(1), true));
      assertThat(rest.complete()).isTrue();
      assertThat(rest.learned()).as("stopped after " + stopAt).isEqualTo(whole.learned());
      assertThat(rest.epochs()).isEqualTo(whole.epochs());
      assertThat(rest.started()).isEqualTo(part.started());
    }
  }

  private static TrainingJob stopping(TrainingJob job, int steps) {
    AtomicBoolean stop = new AtomicBoolean();
    int[] done = new int[1];
    return job.withStop(stop)
        .withListener(
            new TrainingListener() {
              @Override
              public void step(Step s) {
                stop.set(++done[0] >= steps);
              }
            });
  }

  @Test
  void aDamagedNewestCheckpointFallsBackToTheOneBeforeAndSaysSo() throws IOException {
    AdapterTrainer.Result whole = train(j -> j);
    for (int kind = 0; kind < 3; kind++) {
      Path folder = dir.resolve("damaged" + kind);
      train(j -> stopping(j, 15).withCheckpoints(folder, Duration.ZERO, false));
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
      AdapterTrainer.Result rest =
          train(
              j ->
                  j.withCheckpoints(folder, Duration.ofDays(1), true)
                      .withListener(
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
    train(j -> stopping(j, 2).withCheckpoints(folder, Duration.ofDays(1), false));
    TrainSettings longer = SETTINGS.withEpochs(4);
    assertThatThrownBy(
            () -> train(longer, j -> j.withCheckpoints(folder, Duration.ofDays(1), true)))
        .hasMessageContaining("epochs was 3, is now 4");
    assertThatThrownBy(() -> train(j -> j.withCheckpoints(folder, Duration.ofDays(1), false)))
        .hasMessageContaining("--resume");
    TrainingData before = data;
    data = data("others", 9, 46);
    assertThatThrownBy(() -> train(j -> j.withCheckpoints(folder, Duration.ofDays(1), true)))
        .hasMessageContaining("data_set_digest");
    data = before;
  }

  @Test
  void anExplosionStopsWithStepImagesAndTheLastGoodCheckpoint() {
    TrainSettings wild = SETTINGS.withRate(1e30);
    assertThatThrownBy(
            () -> train(wild, j -> j.withCheckpoints(dir.resolve("wild"), Duration.ZERO, false)))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("epoch 1, step 2")
        .hasMessageContaining(".png")
        .hasMessageContaining("epoch-0001-step-000001.safetensors");
  }

  @Test
  void validationIsOnlyLookedAtUnlessTheBestIsAskedFor() {
    TrainingData second = data("second", 21, 46);
    AdapterTrainer.Result plain = train(j -> j);
    AdapterTrainer.Result seen = train(j -> j.withValidation(second, false));
    assertThat(seen.learned()).isEqualTo(plain.learned());
    assertThat(seen.best()).isEmpty();
    assertThat(seen.epochs().get(0).validation()).containsKeys("image_auroc", "pixel_aupro");
    AdapterTrainer.Result best = train(j -> j.withValidation(second, true));
    double[] figures =
        best.epochs().stream().mapToDouble(e -> Validation.chosen(e.validation())).toArray();
    for (double f : figures) {
      assertThat(f).isLessThanOrEqualTo(figures[best.best().orElseThrow() - 1]);
    }
    Path folder = dir.resolve("best");
    train(
        j ->
            stopping(j, 14)
                .withValidation(second, true)
                .withCheckpoints(folder, Duration.ofDays(1), false));
    AdapterTrainer.Result resumed =
        train(
            j -> j.withValidation(second, true).withCheckpoints(folder, Duration.ofDays(1), true));
    assertThat(resumed.learned()).isEqualTo(best.learned());
    assertThat(resumed.epochs()).isEqualTo(best.epochs());
  }

  @Test
  void stoppedWhileLookingAtTheSecondSetNothingIsLost() {
    TrainingData second = data("second", 21, 46);
    AdapterTrainer.Result whole = train(j -> j.withValidation(second, false));
    Path folder = dir.resolve("checkpoints");
    // the last step of the first epoch: what comes next is the second set
    AdapterTrainer.Result part =
        train(
            j ->
                stopping(j, 6)
                    .withValidation(second, false)
                    .withCheckpoints(folder, Duration.ofDays(1), false));
    assertThat(part.complete()).isFalse();
    assertThat(part.epochs()).isEmpty();
    AdapterTrainer.Result rest =
        train(
            j -> j.withValidation(second, false).withCheckpoints(folder, Duration.ofDays(1), true));
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
    Path root = dir.resolve("other-size");
    DataSetWriter.write(root, Generator.drawn(3, 64), 23, n -> {});
    Files.copy(
        new MvtecLayout().read(root).get(0).image(),
        masked.mask().orElseThrow(),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> check(data.set().root(), data.samples()))
        .hasMessageContaining("mask " + masked.mask().orElseThrow())
        .hasMessageContaining("64x64, its image 70x70");
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
