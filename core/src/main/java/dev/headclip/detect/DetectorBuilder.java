package dev.headclip.detect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Tiling;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.model.ModelBuilder;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Choices for a detector; all have defaults. */
public final class DetectorBuilder {
  private final ModelBuilder model;
  private EngineSettings engine = EngineSettings.defaults();
  private ImageLoader loader = ImageLoader.defaults();
  private Optional<ClassName> className = Optional.empty();
  private Tiling tiling = Tiling.none();
  private RegionSource regions = RegionSource.all();
  private List<ImageSource> normal = List.of();
  private Optional<String> preset = Optional.empty();
  private Map<String, ?> changes = Map.of();
  private Optional<ReferenceSettings> whole = Optional.empty();

  DetectorBuilder(String nameOrPath) {
    this.model = Model.builder(nameOrPath);
  }

  /** The adapter's file, in place of the one beside the backbone. */
  public DetectorBuilder adapter(Path file) {
    model.adapter(file);
    return this;
  }

  /** What the model is called in reports, in place of its file's name. */
  public DetectorBuilder named(String text) {
    model.named(text);
    return this;
  }

  /** The method, where it learns nothing and no adapter names it. */
  public DetectorBuilder method(String name) {
    model.method(name);
    return this;
  }

  /** The score from which an image is anomalous, 0 to 1. */
  public DetectorBuilder threshold(double value) {
    model.threshold(value);
    return this;
  }

  /** The threshold for a share of false alarms, by the scores that a calibration stored. */
  public DetectorBuilder targetFpr(double share) {
    model.targetFpr(share);
    return this;
  }

  /** Weight of the local score, 0 to 1. */
  public DetectorBuilder lambda(double value) {
    model.lambda(value);
    return this;
  }

  /** Side of the network's input, pixels. */
  public DetectorBuilder imageSize(int pixels) {
    model.imageSize(pixels);
    return this;
  }

  /** A setting in place of the stored one, see {@link ModelBuilder#set(String, Object)}. */
  public DetectorBuilder set(String key, Object value) {
    model.set(key, value);
    return this;
  }

  /** Several settings in place of the stored ones. */
  public DetectorBuilder set(Map<String, ?> values) {
    model.set(values);
    return this;
  }

  /** What the images show, for methods whose sentences name it: "metal_nut". */
  public DetectorBuilder className(String word) {
    className = Optional.of(new ClassName(word));
    return this;
  }

  /** What computes: "onnx" or "torch" (default: the quickest there is). */
  public DetectorBuilder engine(String name) {
    engine = engine.withEngine(name);
    return this;
  }

  /** Arithmetic of the network. */
  public DetectorBuilder precision(Precision precision) {
    engine = engine.withPrecision(precision);
    return this;
  }

  /** Threads of the network; 0 for as many as the engine finds fit. */
  public DetectorBuilder threads(int count) {
    engine = engine.withThreads(count);
    return this;
  }

  /** The processor, or the first GPU. */
  public DetectorBuilder device(EngineSettings.Device device) {
    engine = engine.withDevice(device);
    return this;
  }

  /** How the network is computed, in one. */
  public DetectorBuilder compute(EngineSettings settings) {
    engine = settings;
    return this;
  }

  /** The activation of weights without a configuration. */
  public DetectorBuilder activation(Activation of) {
    model.activation(of);
    return this;
  }

  /** Larger images are refused by their header. */
  public DetectorBuilder maxPixels(long pixels) {
    loader = loader.withMaxPixels(pixels);
    return this;
  }

  /** Images that take longer to decode are errors. */
  public DetectorBuilder maxTimePerImage(Duration time) {
    loader = loader.withMaxTime(time);
    return this;
  }

  /** Which pixels of images count, references among them. */
  public DetectorBuilder regions(RegionSource of) {
    regions = of;
    return this;
  }

  /** What images are cut into before the network sees them. */
  public DetectorBuilder tiling(Tiling parts) {
    tiling = parts;
    return this;
  }

  /** Normal images that all others are compared with. */
  public DetectorBuilder normal(List<Path> images) {
    return normalImages(images.stream().map(ImageSource::of).toList());
  }

  /** The same from anywhere. */
  public DetectorBuilder normalImages(List<ImageSource> images) {
    normal = List.copyOf(images);
    return this;
  }

  /** How images are compared with references, by key: see {@link ReferenceSettings}. */
  public DetectorBuilder references(Map<String, ?> settings) {
    changes = Map.copyOf(settings);
    return this;
  }

  /** The same as a whole; what else is said of them is laid over it. */
  public DetectorBuilder references(ReferenceSettings settings) {
    whole = Optional.of(settings);
    return this;
  }

  /** A published way to compare: see {@link ReferenceSettings#presets}. */
  public DetectorBuilder referencePreset(String name) {
    preset = Optional.of(name);
    return this;
  }

  /** Opens the model alone: what does not fit is told without an engine. */
  public Model openModel() {
    return model.open();
  }

  /** Opens model and engine. */
  public Detector build() {
    return normal.isEmpty() ? open(model.open()) : withReferences().detector();
  }

  /**
   * A detector against references, with what is to be said of these.
   *
   * @param detector ready
   * @param fitted what the references gave
   */
  public record WithReferences(Detector detector, ReferenceModel.Fitted fitted) {}

  /**
   * Opens model and engine, and fits to the references.
   *
   * @throws dev.headclip.HeadClipException where there is none that can be read
   */
  public WithReferences withReferences() {
    Comparer comparer = tapped();
    try {
      ReferenceModel.Fitted fitted = comparer.fit(normal);
      return new WithReferences(comparer.detector().against(fitted.model()), fitted);
    } catch (RuntimeException | Error e) {
      comparer.close();
      throw e;
    }
  }

  /** Opens what compares images by settings of its own; references come later, or never. */
  public Comparer comparer() {
    if (!normal.isEmpty()) {
      throw new HeadClipException(
          "normal references are given already; build the detector, or leave them out");
    }
    return tapped();
  }

  /** What was asked for, for files that belong to the model: see {@link ModelBuilder#asked}. */
  public JsonNode asked(ClipModel opened) {
    return model.asked(opened);
  }

  private Comparer tapped() {
    Model opened = model.open();
    try {
      if (!(opened instanceof ClipModel clip)) {
        throw new HeadClipException(
            "%s: an exported model gives no tokens to compare; references need a backbone and an adapter"
                .formatted(opened.name()));
      }
      if (clip.references().isPresent()) {
        throw new HeadClipException(
            "%s: holds references already (%s); name others with their own model, or add to these"
                .formatted(clip.name(), clip.references().get().origin()));
      }
      ClipConfig config = clip.backbone().config();
      ReferenceSettings settings =
          preset
              .map(name -> ReferenceSettings.preset(name, config))
              .or(() -> whole)
              .orElseGet(ReferenceSettings::defaults)
              .with(changes);
      return new Comparer(open(clip.tapped(settings.taps(config))), settings);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private Detector open(Model opened) {
    try {
      return new Detector(opened, engine, loader, className, regions, tiling);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }
}
