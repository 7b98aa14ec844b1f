package dev.headclip.spark.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which model a cluster opens, and how.
 *
 * <p>Places are built-in names, paths of the driver's machine, whose files travel with the job, or
 * URIs ({@code hdfs:}, {@code s3a:}, {@code file:}) of a storage that all hosts see, which each
 * host reads once. Either way every host checks the files' SHA-256 against the driver's.
 *
 * @param model a built-in name, a folder with a backbone and adapter.safetensors, an exported .onnx
 *     file, or references that {@code remember} wrote
 * @param adapter in place of the one beside the backbone
 * @param method one that learns nothing, in place of an adapter
 * @param className what the images show, for methods whose sentences name it
 * @param targetFpr share of false alarms, by the scores that a calibration stored
 * @param settings in place of the model's own, as {@code headclip detect} has flags for: {@code
 *     threshold, lambda, image_size}; values as text
 * @param engine what computes: {@code engine, precision, device}; values as text
 */
public record ModelSpec(
    String model,
    Optional<String> adapter,
    Optional<String> method,
    Optional<String> className,
    Optional<Double> targetFpr,
    Map<String, String> settings,
    Map<String, String> engine) {
  public ModelSpec {
    Objects.requireNonNull(adapter, "adapter");
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(targetFpr, "targetFpr");
    if (model.isBlank()) {
      throw new IllegalArgumentException("no model, expected a name, a path or a URI");
    }
    settings = Map.copyOf(settings);
    engine = Map.copyOf(engine);
    if (engine.containsKey("threads")) {
      throw new IllegalArgumentException(
          "threads=%s: on Spark a network has the cores of its task; set spark.task.cpus"
              .formatted(engine.get("threads")));
    }
  }

  /** A model as it is stored. */
  public static ModelSpec of(String model) {
    return new ModelSpec(
        model,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Map.of());
  }

  /** With another adapter. */
  public ModelSpec withAdapter(String place) {
    return new ModelSpec(model, Optional.of(place), method, className, targetFpr, settings, engine);
  }

  /** By a method that learns nothing. */
  public ModelSpec withMethod(String name) {
    return new ModelSpec(model, adapter, Optional.of(name), className, targetFpr, settings, engine);
  }

  /** Of images that show this. */
  public ModelSpec withClassName(String word) {
    return new ModelSpec(model, adapter, method, Optional.of(word), targetFpr, settings, engine);
  }

  /** Judging by a share of false alarms. */
  public ModelSpec withTargetFpr(double share) {
    return new ModelSpec(model, adapter, method, className, Optional.of(share), settings, engine);
  }

  /** Judging by a score. */
  public ModelSpec withThreshold(double score) {
    return with("threshold", String.valueOf(score));
  }

  /** With a setting in place of the stored one. */
  public ModelSpec with(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(key, value);
    return new ModelSpec(model, adapter, method, className, targetFpr, all, engine);
  }

  /** Computed otherwise: {@code precision} {@code int8}, say. */
  public ModelSpec withEngine(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(engine);
    all.put(key, value);
    return new ModelSpec(model, adapter, method, className, targetFpr, settings, all);
  }
}
