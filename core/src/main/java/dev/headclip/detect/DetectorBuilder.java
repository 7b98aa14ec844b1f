package dev.headclip.detect;

import dev.headclip.clip.Activation;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageLoader;
import dev.headclip.method.ClassName;
import dev.headclip.model.Model;
import dev.headclip.model.ModelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Choices for a detector; all have defaults. */
public final class DetectorBuilder {
  private final ModelBuilder model;
  private EngineSettings engine = EngineSettings.defaults();
  private ImageLoader loader = ImageLoader.defaults();
  private Optional<ClassName> className = Optional.empty();

  DetectorBuilder(String nameOrPath) {
    this.model = Model.builder(nameOrPath);
  }

  /** The adapter's file, in place of the one beside the backbone. */
  public DetectorBuilder adapter(Path file) {
    model.adapter(file);
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

  /** Opens model and engine. */
  public Detector build() {
    Model opened = model.open();
    try {
      return new Detector(opened, engine, loader, className);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }
}
