package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Tokenizer;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.ClassName;
import dev.headclip.method.Learnable;
import dev.headclip.method.Method;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Methods;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scores;
import dev.headclip.method.TrainSettings;
import dev.headclip.method.Truth;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every method must do, whatever it computes. Each engine's tests run it over all methods on
 * the class path, and over their presets; what gradients and exported files must do beside: {@link
 * LearningKit}, and the onnx module's tests.
 */
public final class MethodKit {
  private static final double EXACT = 1e-6;
  private static final double CLOSE = 1e-4;
  private static final int IMAGES = 2;
  private static final ClassName NAME = new ClassName("metal_nut");
  private static final String SCORED = "scored.";

  private final Interpreter interpreter;

  public MethodKit(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  /** All methods and their presets. */
  public Stream<DynamicTest> tests() {
    return tests("");
  }

  /** The methods whose name begins so. */
  public Stream<DynamicTest> tests(String name) {
    return recipes().entrySet().stream()
        .filter(e -> e.getKey().startsWith(name))
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
  }

  /** Every method's defaults and presets for the miniature CLIP. */
  public static Map<String, Recipe> recipes() {
    Map<String, Recipe> all = new LinkedHashMap<>();
    for (Method<?> m : Methods.all()) {
      Recipe recipe = TinyModel.recipe(m.name());
      all.put(m.name(), recipe);
      for (String preset : new TreeSet<>(m.presets(TinyModel.config()).keySet())) {
        Recipe changed = recipe.preset(preset, TinyModel.config());
        all.put(m.name() + " as " + preset, changed.with(Map.of("image_size", TinyModel.SIDE)));
      }
    }
    return all;
  }

  private void check(Recipe recipe) {
    namesAreUnique(recipe);
    Path folder = temporary();
    try (Backbone b = Backbone.open(TinyModel.backbone(folder))) {
      Subject s = new Subject(b, WordTokenizer.of(b.config()), TinyModel.adapter(recipe));
      Tensors<HostTensor> known = interpreter.run(new Known(s));
      Tensors<HostTensor> all = run(interpreter, s, known, 0, IMAGES, true);
      assertThat(run(interpreter, s, known, 0, IMAGES, true))
          .as("the same every time")
          .isEqualTo(all);
      Tensors<HostTensor> staged = run(interpreter, s, known, 0, IMAGES, false);
      same("one pass and two stages", all, staged, EXACT);
      for (int i = 0; i < IMAGES; i++) {
        Tensors<HostTensor> alone = rows(run(interpreter, s, known, i, i + 1, true));
        same("a batch of many and of one", Tensors.rows(rows(all), i, i + 1), alone, CLOSE);
      }
      if (!(interpreter instanceof HostInterpreter)) {
        Interpreter plain = new HostInterpreter();
        Tensors<HostTensor> expected = run(plain, s, plain.run(new Known(s)), 0, IMAGES, true);
        same("plain Java", expected, all, CLOSE);
      }
      scoringAgrees(s, all);
      isKept(s, folder.resolve("kept.safetensors"));
    } finally {
      AtomicFiles.deleteTree(folder);
    }
  }

  /** A method over the miniature CLIP, with random numbers. */
  private record Subject(Backbone backbone, Tokenizer tokenizer, Adapter adapter) {
    HostTensor pixels(int from, int to) {
      int side = adapter.method().imageSize();
      int each = 3 * side * side;
      float[] all = TinyModel.pixels(IMAGES, side);
      return HostTensor.of(
          java.util.Arrays.copyOfRange(all, from * each, to * each), to - from, 3, side, side);
    }

    <T> Network<T> network(Interpreter.World<T> w) {
      MethodConfig<?> m = adapter.method();
      return m.network(w.clip(backbone, m.imageSize(), m.position(), tokenizer));
    }

    boolean readsValues() {
      return adapter.method().readsValues();
    }

    Optional<RecordableScoring> scoring() {
      return adapter.method().scoring(adapter.scores(), backbone.config())
              instanceof RecordableScoring r
          ? Optional.of(r)
          : Optional.empty();
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("method");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What depends on learned numbers and the class alone. */
  private record Known(Subject s) implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      Network<T> network = s.network(w);
      Tensors<T> learned = s.adapter().learned().map(w.ops()::constant);
      return network.prepare(w.ops(), learned).and(network.words(w.ops(), learned, NAME));
    }
  }

  /** Features of pixels, in one pass or in stages. */
  private record First(Subject s, Tensors<HostTensor> known, HostTensor pixels, boolean onePass)
      implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Network<T> network = s.network(w);
      Tensors<T> prepared = known.map(ops::constant);
      T input = ops.constant(pixels);
      return onePass
          ? network.features(ops, input, prepared)
          : network.features(ops, network.frozen(ops, input), prepared);
    }
  }

  /** Evidence, scores where they can be recorded, and losses where something is learned. */
  private record Rest(
      Subject s, Tensors<HostTensor> known, HostTensor pixels, Tensors<HostTensor> first)
      implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Network<T> network = s.network(w);
      Tensors<T> prepared = known.map(ops::constant);
      Tensors<T> features = first.map(ops::constant);
      Tensors<T> found = network.evidence(ops, features, prepared);
      if (s.scoring().isPresent()) {
        found = found.and(named(SCORED, s.scoring().get().record(ops, found)));
      }
      if (!s.adapter().learned().named().isEmpty()) {
        found = found.and(network.loss(ops, features, prepared, truth(ops)));
      }
      return found;
    }

    private <T> Truth<T> truth(TensorOps<T> ops) {
      int images = pixels.size(0);
      int side = pixels.size(2);
      HostTensor mask = HostTensor.zeros(images, side, side);
      SplittableRandom r = new SplittableRandom(3);
      int[] labels = new int[images];
      for (int i = 0; i < images; i++) {
        labels[i] = i % 2;
        for (int p = 0; labels[i] == 1 && p < side * side; p++) {
          mask.data()[i * side * side + p] = r.nextInt(4) == 0 ? 1 : 0;
        }
      }
      return new Truth<>(labels, ops.constant(mask));
    }
  }

  /** What looks at values is computed in plain Java where graphs are recorded. */
  private static Tensors<HostTensor> run(
      Interpreter by, Subject s, Tensors<HostTensor> known, int from, int to, boolean onePass) {
    HostTensor pixels = s.pixels(from, to);
    Tensors<HostTensor> first = by.run(new First(s, known, pixels, onePass));
    Interpreter rest = s.readsValues() && !by.readsValues() ? new HostInterpreter() : by;
    return rest.run(new Rest(s, known, pixels, first));
  }

  private static <T> Tensors<T> named(String prefix, Tensors<T> all) {
    Map<String, T> named = new LinkedHashMap<>();
    all.named().forEach((name, t) -> named.put(prefix + name, t));
    return new Tensors<>(named);
  }

  /** As it is recorded, so it is run beside a network. */
  private static void scoringAgrees(Subject s, Tensors<HostTensor> found) {
    for (int i = 0; i < IMAGES && s.scoring().isPresent(); i++) {
      Tensors<HostTensor> one = Tensors.rows(rows(found), i, i + 1);
      Scores scores = s.scoring().get().of(one, 50, 40);
      float[] map = scores.map().values();
      HostTensor recorded = one.get(SCORED + RecordableScoring.MAP);
      Golden.assertClose("map", recorded.reshape(map.length), map, CLOSE);
      HostTensor score = one.get(SCORED + RecordableScoring.SCORE);
      Golden.assertClose("score", score, new float[] {(float) scores.score()}, CLOSE);
    }
  }

  /** What has a row for each image: all but losses. */
  private static Tensors<HostTensor> rows(Tensors<HostTensor> found) {
    Map<String, HostTensor> all = new LinkedHashMap<>(found.named());
    all.values().removeIf(t -> t.shape().length == 0);
    return new Tensors<>(all);
  }

  /** Settings of a method, of scores and of training are given by their key alone. */
  private static void namesAreUnique(Recipe recipe) {
    List<Class<? extends Record>> all =
        List.of(recipe.method().method().settings(), ScoreSettings.class, TrainSettings.class);
    assertThat(all.stream().flatMap(c -> Schema.of(c).entries().stream()).map(e -> e.key()))
        .doesNotHaveDuplicates();
  }

  private static void isKept(Subject s, Path file) {
    AdapterFile.write(file, s.adapter());
    Adapter read = AdapterFile.read(file, s.backbone().config());
    assertThat(read.method().name()).isEqualTo(s.adapter().method().name());
    assertThat(read.method().settings()).isEqualTo(s.adapter().method().settings());
    assertThat(read.scores()).isEqualTo(s.adapter().scores());
    assertThat(read.learned()).isEqualTo(s.adapter().learned());
    List<Learnable> learned = s.adapter().method().learned(s.backbone().config());
    assertThat(learned.stream().map(Learnable::name)).doesNotHaveDuplicates();
  }

  private static void same(
      String what, Tensors<HostTensor> expected, Tensors<HostTensor> found, double tolerance) {
    assertThat(found.names()).as(what).containsExactlyElementsOf(expected.names());
    for (String name : expected.names()) {
      String tensor = what + ": " + name;
      assertThat(found.get(name).shape()).as(tensor).isEqualTo(expected.get(name).shape());
      Golden.assertClose(tensor, expected.get(name), found.get(name).data(), tolerance);
    }
  }
}
