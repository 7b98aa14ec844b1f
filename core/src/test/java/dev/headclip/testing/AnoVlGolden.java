package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.Scores;
import dev.headclip.method.anovl.AnoVlSettings;
import dev.headclip.method.anovl.Draws;
import dev.headclip.method.anovl.ManyViews;
import dev.headclip.method.anovl.TokenAdaptation;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AnoVL against the numbers of the authors' code, by any interpreter; every draw is an input. */
public final class AnoVlGolden {
  private static final double ABSOLUTE = 2e-6;
  private static final double ADAPTED = 1e-5;
  private static final double RELATIVE = 1e-5;

  private final Baselines golden = Baselines.of("anovl");
  private final JsonNode settings = golden.settings();
  private final HostOps ops = new HostOps();

  public Baselines golden() {
    return golden;
  }

  public ClassName name() {
    return new ClassName(settings.path("class").asText());
  }

  public int side() {
    return settings.path("input").asInt();
  }

  /**
   * The settings of a script.
   *
   * @param preset mvtec or visa
   */
  public Recipe recipe(Backbone b, String preset, int steps) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("image_size", side());
    m.put("adapt_steps", steps);
    m.put("noise", settings.path("noise_std").asDouble());
    m.put("adapt_mix", settings.path("mix").asDouble());
    return Recipe.of("anovl", b.config()).preset(preset, b.config()).with(m);
  }

  /** Rows of the stand-in ids, in the order that the sentences come in. */
  private final class Ids {
    private final int[][] all = golden.ids("ids");
    private int next;

    TokenIds take(int count) {
      int end = Arrays.stream(all[0]).max().orElseThrow();
      TokenIds some = TokenIds.of(Arrays.copyOfRange(all, next, next + count), end);
      next += count;
      return some;
    }
  }

  /** Text, views, scores, maps, both adaptations. */
  public void check(Interpreter interpreter) {
    checkViews();
    try (Backbone b = golden.backbone()) {
      Tensors<HostTensor> words = interpreter.run(new Words(b));
      relative("text", ops.transpose(golden.get("text"), 1, 0), words.get("text"));
      relative("text_rows", golden.get("text_rows"), words.get("rows"));
      plain(interpreter, b, words);
      adapted(interpreter, b, words);
      tiles(interpreter, b, words);
    }
  }

  private void checkViews() {
    HostTensor small = golden.get("views_small.input");
    float[][] views = new ManyViews(small.size(3)).of(small.data());
    HostTensor expected = golden.get("views_small");
    for (int v = 0; v < expected.size(0); v++) {
      Golden.assertClose("view " + v, WinClipGolden.row(expected, v), views[v], 1e-4);
    }
  }

  private Tensors<HostTensor> network(
      Interpreter interpreter, Recipe r, Backbone b, HostTensor pixels, Tensors<HostTensor> words) {
    return interpreter.run(new Images(b, r, pixels, words));
  }

  private HostTensor pixels(int image) {
    HostTensor p = WinClipGolden.row(golden.get("pixels"), image);
    return p.reshape(1, p.shape()[0], p.shape()[1], p.shape()[2]);
  }

  private void plain(Interpreter interpreter, Backbone b, Tensors<HostTensor> words) {
    Recipe r = recipe(b, "mvtec", 0);
    float[][] views = new ManyViews(side()).of(pixels(0).data());
    HostTensor all = joined(views, side());
    Tensors<HostTensor> found = network(interpreter, r, b, all, words);
    absolute(golden.get("view_scores"), found.get("global_score").data(), ABSOLUTE, "view_scores");
    Scores s = r.method().scoring(r.scores(), b.config()).of(found, 1, 1);
    assertThat((float) s.global())
        .isCloseTo(golden.get("score").data()[0], within((float) ABSOLUTE));
    assertThat(s.score()).isEqualTo(s.global());
    absolute(golden.get("plain.map.0"), s.map().values(), ABSOLUTE, "plain.map.0");
    Tensors<HostTensor> second = network(interpreter, r, b, pixels(1), words);
    Scores t = r.method().scoring(r.scores(), b.config()).of(second, 1, 1);
    absolute(golden.get("plain.map.1"), t.map().values(), ABSOLUTE, "plain.map.1");
    // the two that a picture is made of, before any adaptation
    Recipe adapting = recipe(b, "mvtec", 1);
    for (int i = 0; i < golden.get("pixels").size(0); i++) {
      HostTensor tokens = network(interpreter, adapting, b, pixels(i), words).get("tokens");
      relative("tokens." + i, golden.get("tokens." + i), tokens);
    }
  }

  private static HostTensor joined(float[][] views, int side) {
    float[] all = new float[views.length * views[0].length];
    for (int i = 0; i < views.length; i++) {
      System.arraycopy(views[i], 0, all, i * views[0].length, views[0].length);
    }
    return HostTensor.of(all, views.length, 3, side, side);
  }

  private void adapted(Interpreter interpreter, Backbone b, Tensors<HostTensor> words) {
    Recipe r = recipe(b, "mvtec", settings.path("tta_steps").asInt());
    Watched compute = new Watched(interpreter);
    List<String> images = List.of("tta.", "tta.");
    TokenAdaptation a =
        new TokenAdaptation(
            (AnoVlSettings) r.method().settings(),
            b.config(),
            compute,
            () -> new Stored(images, List.of(".0", ".1")));
    assertThat(a.ordered()).isTrue();
    for (int i = 0; i < images.size(); i++) {
      compute.forget();
      Tensors<HostTensor> evidence = network(interpreter, r, b, pixels(i), words);
      Tensors<HostTensor> found = a.of(evidence, words, name(), 1, 1);
      compute.compare("tta.", "." + i, true);
      Scores s = r.method().scoring(r.scores(), b.config()).of(found, 1, 1);
      absolute(golden.get("tta.map." + i), s.map().values(), ADAPTED, "tta.map." + i);
    }
  }

  private void tiles(Interpreter interpreter, Backbone b, Tensors<HostTensor> words) {
    HostTensor wide = golden.get("visa.pixels");
    int width = wide.size(3);
    HostTensor both =
        ops.concat(
            0, List.of(ops.slice(wide, 3, 0, side()), ops.slice(wide, 3, width - side(), width)));
    Recipe plain = recipe(b, "visa", 0);
    Tensors<HostTensor> evidence = network(interpreter, plain, b, both, words);
    Scores s = plain.method().scoring(plain.scores(), b.config()).of(evidence, width, side());
    assertThat((float) s.score())
        .isCloseTo(golden.get("visa.score").data()[0], within((float) ABSOLUTE));
    absolute(golden.get("visa.plain.map"), s.map().values(), ABSOLUTE, "visa.plain.map");

    Recipe r = recipe(b, "visa", settings.path("tta_steps").asInt());
    Watched compute = new Watched(interpreter);
    TokenAdaptation a =
        new TokenAdaptation(
            (AnoVlSettings) r.method().settings(),
            b.config(),
            compute,
            () -> new Stored(List.of("visa.tta."), List.of("")));
    Tensors<HostTensor> tokens = network(interpreter, r, b, both, words);
    Tensors<HostTensor> found = a.of(tokens, words, name(), width, side());
    compute.compare("visa.tta.", "", false);
    Scores t = r.method().scoring(r.scores(), b.config()).of(found, width, side());
    absolute(golden.get("visa.tta.map"), t.map().values(), ADAPTED, "visa.tta.map");
  }

  private static void relative(String what, HostTensor expected, HostTensor found) {
    Golden.assertClose(what, expected, found.data(), RELATIVE);
  }

  private static void absolute(HostTensor expected, float[] found, double tolerance, String what) {
    assertThat(found.length).as(what).isEqualTo(expected.data().length);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as(what).isCloseTo(expected.data()[i], within((float) tolerance));
    }
  }

  /** Runs programs by an interpreter and keeps what they gave. */
  private final class Watched implements Compute {
    private final Interpreter interpreter;
    private final List<Tensors<HostTensor>> steps = new ArrayList<>();
    private Tensors<HostTensor> last = Tensors.none();

    Watched(Interpreter interpreter) {
      this.interpreter = interpreter;
    }

    void forget() {
      steps.clear();
    }

    @Override
    public Tensors<HostTensor> run(Program program, Tensors<HostTensor> inputs) {
      Tensors<HostTensor> found =
          interpreter.run(
              new Interpreter.Computation() {
                @Override
                public <T> Tensors<T> of(Interpreter.World<T> w) {
                  return program.of(w.ops(), inputs.map(w.ops()::constant));
                }
              });
      if (found.has("loss")) {
        steps.add(found);
      }
      last = inputs;
      return found;
    }

    void compare(String prefix, String image, boolean gradients) {
      float[] losses = golden.get(prefix + "losses" + image).data();
      assertThat(steps).hasSize(losses.length);
      for (int i = 0; i < losses.length; i++) {
        assertThat(steps.get(i).get("loss").data()[0])
            .as(prefix + "losses" + image)
            .isCloseTo(losses[i], within(1e-6f));
      }
      for (String number : List.of("weight", "bias")) {
        if (gradients) {
          String name = prefix + "grad." + number + image;
          float[] found = steps.get(0).get("gradient." + number).data();
          Golden.assertClose(name, golden.get(name), found, 5e-4);
        }
        mostly(golden.get(prefix + "end." + number + image), last.get(number));
      }
    }
  }

  /** AdamW divides by a gradient's own size: where that is nearly none, a number may be off. */
  private static void mostly(HostTensor expected, HostTensor found) {
    double largest = 0;
    for (float v : expected.data()) {
      largest = Math.max(largest, Math.abs(v));
    }
    int close = 0;
    for (int i = 0; i < expected.data().length; i++) {
      if (Math.abs(expected.data()[i] - found.data()[i]) <= 2e-5 * largest) {
        close++;
      }
    }
    assertThat((double) close / expected.data().length).isGreaterThanOrEqualTo(0.995);
  }

  /** The draws of the authors' run. */
  private final class Stored implements Draws {
    private final List<String> prefixes;
    private final List<String> images;
    private int image = -1;
    private int step;

    Stored(List<String> prefixes, List<String> images) {
      this.prefixes = prefixes;
      this.images = images;
    }

    private HostTensor get(String name) {
      return golden.get(prefixes.get(image) + name + images.get(image));
    }

    @Override
    public HostTensor weight(int out, int in) {
      image++;
      step = 0;
      return get("weight");
    }

    @Override
    public HostTensor bias(int out, int in) {
      return get("bias");
    }

    @Override
    public HostTensor noise(long... shape) {
      return WinClipGolden.row(get("noise"), step++).reshape(shape);
    }
  }

  private final class Words implements Interpreter.Computation {
    private final Backbone b;

    Words(Backbone b) {
      this.b = b;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      Recipe r = recipe(b, "mvtec", 1);
      Ids ids = new Ids();
      Network<T> network =
          r.method()
              .network(
                  w.clip(
                      b,
                      r.method().imageSize(),
                      r.method().position(),
                      sentences -> ids.take(sentences.size())));
      return network.words(w.ops(), Tensors.none(), name());
    }
  }

  private record Images(Backbone b, Recipe recipe, HostTensor pixels, Tensors<HostTensor> words)
      implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Network<T> network =
          recipe
              .method()
              .network(
                  w.clip(
                      b,
                      recipe.method().imageSize(),
                      recipe.method().position(),
                      s -> {
                        throw new IllegalStateException("words are there already");
                      }));
      Tensors<T> known = words.map(ops::constant);
      return network.evidence(ops, network.features(ops, w.constant(pixels), known), known);
    }
  }
}
