package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.backbone.Backbone;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import dev.headclip.training.spi.LearningEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Gradients of every method that learns, against differences of its loss. */
public final class LearningKit {
  private static final int IMAGES = 2;

  /** Of a loss in float32, with its sums. */
  private static final double NOISE = 1e-6;

  /** Without what makes a loss jump: choices among values. Golden gradients cover them. */
  private static final Map<String, Map<String, Object>> SMOOTH =
      Map.of("adaclip", Map.of("hsf_clusters", 0, "half_round", false));

  private LearningKit() {}

  /** Of the methods with such a name. */
  public static Stream<DynamicTest> tests(LearningEngine engine, Predicate<String> name) {
    return MethodKit.recipes().entrySet().stream()
        .filter(e -> name.test(e.getKey()))
        .map(e -> Map.entry(e.getKey(), TinyModel.adapter(smooth(e.getValue()))))
        .filter(e -> !e.getValue().learned().named().isEmpty())
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey() + ": gradients are the loss's slopes",
                    () -> gradients(engine, e.getValue())));
  }

  private static Recipe smooth(Recipe recipe) {
    return recipe.with(SMOOTH.getOrDefault(recipe.method().name(), Map.of()));
  }

  private static void gradients(LearningEngine engine, Adapter adapter) {
    Path folder = temporary();
    List<Learner.Example> batch = new ArrayList<>();
    try (Backbone b = Backbone.open(TinyModel.backbone(folder));
        Learner learner = engine.open(b, adapter.method(), "cpu")) {
      batch.addAll(batch(learner, adapter.method().imageSize()));
      Tensors<HostTensor> at = adapter.learned();
      Learner.Step here = learner.step(at, batch);
      for (int i = 0; i < here.gradients().size(); i++) {
        slope(learner, at, at.names().get(i), i, here, batch);
      }
    } finally {
      batch.forEach(e -> e.part().close());
      AtomicFiles.deleteTree(folder);
    }
  }

  /** Along the gradient of one tensor the loss rises as steeply as that gradient is long. */
  private static void slope(
      Learner learner,
      Tensors<HostTensor> at,
      String name,
      int index,
      Learner.Step here,
      List<Learner.Example> batch) {
    float[] gradient = here.gradients().get(index);
    double length = length(gradient);
    if (length == 0) {
      // a number that nothing reads, kept because the authors' files have it
      float[] ones = new float[gradient.length];
      Arrays.fill(ones, 1);
      assertThat(loss(learner, moved(at, name, ones, 1), batch))
          .as(name + " has no gradient")
          .isEqualTo(here.losses().get(Network.TOTAL));
      return;
    }
    // wide enough to look over the steps that half rounding makes
    double step = Math.min(1e-2 / length, 0.02 * length(at.get(name).data()));
    double up = loss(learner, moved(at, name, gradient, step / length), batch);
    double down = loss(learner, moved(at, name, gradient, -step / length), batch);
    double noise = NOISE / step;
    assertThat(noise).as(name + ": the difference can be seen").isLessThan(0.3 * length);
    assertThat(Math.abs((up - down) / (2 * step) - length))
        .as("%s: slope %g, gradient %g", name, (up - down) / (2 * step), length)
        .isLessThan(0.02 * length + noise);
  }

  private static double loss(
      Learner learner, Tensors<HostTensor> numbers, List<Learner.Example> batch) {
    return learner.step(numbers, batch).losses().get(Network.TOTAL);
  }

  private static Tensors<HostTensor> moved(
      Tensors<HostTensor> at, String name, float[] direction, double by) {
    Map<String, HostTensor> all = new LinkedHashMap<>(at.named());
    float[] moved = at.get(name).data().clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * direction[i]);
    }
    all.put(name, HostTensor.of(moved, at.get(name).shape()));
    return new Tensors<>(all);
  }

  private static double length(float[] v) {
    double sum = 0;
    for (float x : v) {
      sum += (double) x * x;
    }
    return Math.sqrt(sum);
  }

  private static List<Learner.Example> batch(Learner learner, int side) {
    List<Learner.Example> all = new ArrayList<>();
    float[] pixels = TinyModel.pixels(IMAGES, side);
    int n = pixels.length / IMAGES;
    SplittableRandom r = new SplittableRandom(8);
    for (int i = 0; i < IMAGES; i++) {
      boolean anomalous = i % 2 == 1;
      float[] mask = new float[side * side];
      for (int p = 0; anomalous && p < mask.length; p++) {
        mask[p] = r.nextInt(4) == 0 ? 1 : 0;
      }
      Frozen part = learner.frozen(Arrays.copyOfRange(pixels, i * n, (i + 1) * n), mask, false);
      all.add(new Learner.Example(part, anomalous, ClassName.unknown()));
    }
    return all;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("learning");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
