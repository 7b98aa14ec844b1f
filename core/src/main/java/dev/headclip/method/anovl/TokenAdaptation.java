package dev.headclip.method.anovl;

import dev.headclip.clip.ClipConfig;
import dev.headclip.map.MapOperator;
import dev.headclip.method.Adam;
import dev.headclip.method.Adaptation;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.TrainSettings;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A few steps of AdamW on a linear layer that brings an image's tokens nearer to the sentences: its
 * own tokens stand for normal ones, the same with noise for abnormal ones (docs/spec/anovl.md
 * section 4).
 */
public final class TokenAdaptation implements Adaptation {
  static final String WEIGHT = "weight";
  static final String BIAS = "bias";

  /** What stands before a number's name where its gradient is meant. */
  static final String GRADIENT = "gradient.";

  private final AnoVlSettings settings;
  private final int grid;
  private final Compute compute;
  private final Supplier<Draws> draws;
  private final Map<ClassName, Course> courses = new HashMap<>();

  /** What goes on from image to image: random numbers, the layer, its optimizer. */
  private record Course(Draws draws, List<float[]> layer, Adam adam) {}

  /**
   * @param compute runs the steps
   * @param draws random numbers for the first image of a class, or for every one where nothing is
   *     carried over
   */
  public TokenAdaptation(
      AnoVlSettings settings, ClipConfig config, Compute compute, Supplier<Draws> draws) {
    this.settings = settings;
    this.grid = config.grid(settings.imageSize());
    this.compute = compute;
    this.draws = draws;
  }

  @Override
  public boolean ordered() {
    return settings.optimizer() == AnoVlSettings.Optimizer.CARRIED;
  }

  private boolean tiled() {
    return settings.views() == AnoVlSettings.Seen.TILES;
  }

  @Override
  public Tensors<HostTensor> of(
      Tensors<HostTensor> evidence,
      Tensors<HostTensor> words,
      ClassName name,
      int width,
      int height) {
    HostTensor all = evidence.get(AnoVlNetwork.TOKENS);
    int views = tiled() ? all.size(0) : 1;
    HostTensor tokens = Tensors.rows(Tensors.of("", all), 0, views).get("");
    Tensors<HostTensor> given = Tensors.of(AnoVlNetwork.TOKENS, tokens).and(words);
    Tensors<HostTensor> learned = learned(name, given, lines(width, height));
    Tensors<HostTensor> adapted = compute.run(new AdaptedPatches(settings), given.and(learned));
    return JointScoring.evidence(
        evidence.get(JointScoring.GLOBAL), adapted.get(JointScoring.PATCHES));
  }

  /**
   * The layer after its steps for an image, weight and bias.
   *
   * @param given tokens and words
   * @param lines see {@link #lines}
   */
  private Tensors<HostTensor> learned(
      ClassName name, Tensors<HostTensor> given, Tensors<HostTensor> lines) {
    HostTensor tokens = given.get(AnoVlNetwork.TOKENS);
    int in = tokens.size(2);
    int out =
        settings.adaptTarget() == AnoVlSettings.Target.SENTENCES
            ? given.get(AnoVlNetwork.ROWS).size(0)
            : in;
    Course course =
        ordered() ? courses.computeIfAbsent(name, n -> course(out, in)) : course(out, in);
    // every image starts from new numbers; the moments stay where they are carried over
    put(course.draws.weight(out, in), course.layer.get(0));
    put(course.draws.bias(out, in), course.layer.get(1));
    for (int step = 0; step < settings.adaptSteps(); step++) {
      Tensors<HostTensor> inputs =
          given
              .and(lines)
              .and(layer(course, out, in))
              .with(AdaptationStep.NOISE, course.draws.noise(tokens.shape()));
      Tensors<HostTensor> found = compute.run(new AdaptationStep(settings), inputs);
      course.adam.step(
          List.of(found.get(GRADIENT + WEIGHT).data(), found.get(GRADIENT + BIAS).data()));
    }
    return layer(course, out, in);
  }

  private static void put(HostTensor from, float[] to) {
    System.arraycopy(from.data(), 0, to, 0, to.length);
  }

  private static Tensors<HostTensor> layer(Course c, int out, int in) {
    return Tensors.of(
        WEIGHT,
        HostTensor.of(c.layer.get(0).clone(), out, in),
        BIAS,
        HostTensor.of(c.layer.get(1).clone(), out));
  }

  private Course course(int out, int in) {
    TrainSettings adamW =
        TrainSettings.of(
            Map.of("beta1", 0.9, "beta2", 0.999, "weight_decay", settings.adaptDecay()));
    List<float[]> layer = List.of(new float[out * in], new float[out]);
    double[] rates = {settings.adaptRate(), settings.adaptRate()};
    return new Course(draws.get(), layer, new Adam(layer, rates, adamW));
  }

  /**
   * The lines of patches that the loss is taken on: the patches themselves, or of tiles the pixels
   * of the whole map (vis_test.py:272-281).
   */
  private Tensors<HostTensor> lines(int width, int height) {
    if (!tiled()) {
      HostTensor same = HostTensor.zeros(grid, grid);
      for (int i = 0; i < grid; i++) {
        same.data()[i * grid + i] = 1;
      }
      return Tensors.of(AdaptationStep.ROWS_OF + 0, same, AdaptationStep.COLUMNS_OF + 0, same);
    }
    Tiles tiles = Tiles.of(width, height, settings.imageSize());
    HostTensor line = MapOperator.cornersAligned(grid, tiles.side(), 0).matrix();
    List<HostTensor> placed = tiles.placed(line);
    Tensors<HostTensor> all = Tensors.none();
    for (int i = 0; i < placed.size(); i++) {
      all = all.with(AdaptationStep.ROWS_OF + i, tiles.wide() ? line : placed.get(i));
      all = all.with(AdaptationStep.COLUMNS_OF + i, tiles.wide() ? placed.get(i) : line);
    }
    return all;
  }
}
