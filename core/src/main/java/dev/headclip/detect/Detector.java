package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Prediction;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.image.RgbImage;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Finds anomalies in images with one model. Thread-safe; holds native memory until closed.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load("starter")) {
 *   Detection d = detector.detect(Path.of("part.jpg"));
 *   System.out.println(d.score() + " " + d.anomalous());
 * }
 * }</pre>
 */
public final class Detector implements AutoCloseable {
  private final String model;
  private final HeadClipSettings settings;
  private final Normalization normalization;
  private final InferenceSession session;
  private final JointScore scores;
  private final int grid;
  private final ImageLoader loader;
  private final double threshold;

  private Detector(
      String model, Adapter adapter, Backbone backbone, InferenceSession session, Options o) {
    this.model = model;
    this.settings = adapter.settings();
    this.normalization = backbone.normalization();
    this.session = session;
    this.grid = backbone.config().grid(settings.imageSize());
    this.scores = new JointScore(settings, grid);
    this.loader = o.loader();
    this.threshold = o.threshold().orElse(settings.threshold());
  }

  /**
   * Choices that are not the model's.
   *
   * @param engine its name; empty for the best there is
   * @param threshold instead of the model's, 0 to 1
   * @param imageSize side of the network's input instead of the model's, pixels
   * @param lambda weight of the local score instead of the model's, 0 to 1
   * @param loader of image files
   * @param compute how the engine computes
   */
  public record Options(
      Optional<String> engine,
      OptionalDouble threshold,
      OptionalInt imageSize,
      OptionalDouble lambda,
      ImageLoader loader,
      EngineSettings compute) {
    public Options {
      if (threshold.isPresent()
          && !(threshold.getAsDouble() >= 0 && threshold.getAsDouble() <= 1)) {
        throw new IllegalArgumentException(
            "--threshold is %s, expected 0 to 1".formatted(threshold.getAsDouble()));
      }
    }

    public static Options defaults() {
      return new Options(
          Optional.empty(),
          OptionalDouble.empty(),
          OptionalInt.empty(),
          OptionalDouble.empty(),
          ImageLoader.defaults(),
          EngineSettings.defaults());
    }

    private HeadClipSettings applyTo(HeadClipSettings s) {
      HeadClipSettings sized = imageSize.isPresent() ? s.withImageSize(imageSize.getAsInt()) : s;
      return lambda.isPresent() ? sized.withLambda(lambda.getAsDouble()) : sized;
    }
  }

  /** A built-in model ("starter"), or a folder with a backbone and adapter.safetensors. */
  public static Detector load(String nameOrFolder) {
    return load(nameOrFolder, Options.defaults());
  }

  /** {@link #load(String)} with choices. */
  public static Detector load(String nameOrFolder, Options options) {
    try (BuiltInModels.Folder files = BuiltInModels.folderOf(nameOrFolder)) {
      Path adapter = files.path().resolve(BuiltInModels.ADAPTER);
      if (!Files.exists(adapter)) {
        throw new HeadClipException(
            "%s: no %s, expected one beside the backbone; 'headclip train' writes it"
                .formatted(nameOrFolder, BuiltInModels.ADAPTER));
      }
      return load(nameOrFolder, files.path(), adapter, options);
    }
  }

  /** A backbone (folder or checkpoint file) and an adapter file. */
  public static Detector load(Path backbone, Path adapter, Options options) {
    return load(adapter.getFileName().toString(), backbone, adapter, options);
  }

  private static Detector load(String name, Path backbonePath, Path adapterPath, Options options) {
    Engine engine = options.engine().map(Engines::named).orElseGet(Engines::best);
    try (Backbone backbone = Backbone.open(backbonePath)) {
      Adapter stored = AdapterFile.read(adapterPath, backbone.config());
      Adapter adapter = stored.withSettings(checked(options, stored, backbone.config()));
      InferenceSession session = engine.open(backbone, adapter, options.compute());
      return new Detector(name, adapter, backbone, session, options);
    }
  }

  private static HeadClipSettings checked(Options options, Adapter stored, ClipConfig config) {
    try {
      HeadClipSettings settings = options.applyTo(stored.settings());
      settings.checkAgainst(config);
      return settings;
    } catch (IllegalArgumentException e) {
      throw new HeadClipException(e.getMessage(), e);
    }
  }

  /** The model's name, for reports. */
  public String model() {
    return model;
  }

  public HeadClipSettings settings() {
    return settings;
  }

  /** The score from which an image is called anomalous. */
  public double threshold() {
    return threshold;
  }

  /**
   * Scores an image file.
   *
   * @throws HeadClipException naming the file where it cannot be read
   */
  public Detection detect(Path image) {
    long start = System.nanoTime();
    try {
      return detect(prepare(loader.load(image), start));
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(image, e.getMessage()), e);
    }
  }

  /** Scores a decoded image. */
  public Detection detect(RgbImage image) {
    return detect(prepare(image, System.nanoTime()));
  }

  /** From the network's numbers to map and scores. */
  public JointScore scores() {
    return scores;
  }

  /** Patches along a side of the network's input. */
  public int grid() {
    return grid;
  }

  ImageLoader loader() {
    return loader;
  }

  int preferredBatch() {
    return session.preferredBatch();
  }

  /** Resizes and normalises; the time from {@code start} on counts as spent. */
  JointScore.Prepared prepare(RgbImage image, long start) {
    int s = settings.imageSize();
    float[] pixels = new float[3 * s * s];
    normalization.apply(Preprocess.SQUARE.apply(image, s), pixels, 0);
    return new JointScore.Prepared(
        image.width(), image.height(), pixels, (System.nanoTime() - start) / 1e6);
  }

  /** Runs the network on a batch. */
  Prediction run(List<JointScore.Prepared> batch) {
    int n = batch.get(0).pixels().length;
    float[] all = new float[batch.size() * n];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(batch.get(i).pixels(), 0, all, i * n, n);
    }
    return session.run(all, batch.size());
  }

  /** Map, scores and regions of image {@code i} of a batch. */
  Detection finish(JointScore.Prepared image, Prediction p, int i, double ms) {
    return scores.of(
        p.global()[i], p.patches()[i], image.width(), image.height(), threshold, image.ms() + ms);
  }

  private Detection detect(JointScore.Prepared image) {
    long start = System.nanoTime();
    Prediction p = run(List.of(image));
    return finish(image, p, 0, (System.nanoTime() - start) / 1e6);
  }

  @Override
  public void close() {
    session.close();
  }
}
