package dev.headclip.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Activation;
import dev.headclip.image.Normalization;
import dev.headclip.method.Adaptation;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.method.Views;
import dev.headclip.tensor.Compute;
import dev.headclip.weights.FileSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that finds anomalies, but for what computes it: files, settings with what was asked
 * for in their place, preprocessing, threshold, identity. Owns its open files; thread-safe.
 */
public abstract sealed class Model implements AutoCloseable permits ClipModel, ExportedModel {
  /** The adapter's file beside a backbone. */
  public static final String ADAPTER = "adapter.safetensors";

  private final String name;

  Model(String name) {
    this.name = name;
  }

  /**
   * A built-in model ("starter"), a folder with a backbone and adapter.safetensors, or an exported
   * file (.onnx), as stored.
   */
  public static Model open(String nameOrPath) {
    return builder(nameOrPath).open();
  }

  /** A model with choices; {@code nameOrPath} may also be a backbone without an adapter. */
  public static ModelBuilder builder(String nameOrPath) {
    return new ModelBuilder(nameOrPath);
  }

  /** Its name, for reports. */
  public final String name() {
    return name;
  }

  /** The method's name. */
  public abstract String method();

  /** Side S of the network's input, pixels. */
  public abstract int imageSize();

  /** What the network sees of an image. */
  public abstract Views views();

  /** Mean and deviation of the input's channels. */
  public abstract Normalization normalization();

  /** How the network's numbers become scores. */
  public abstract ScoreSettings scores();

  /** From the network's numbers to scores and map. */
  public abstract Scoring scoring();

  /** What learns from every image; nothing by default. */
  public Optional<Adaptation> adaptation(Compute compute) {
    return Optional.empty();
  }

  /** Whether something learns from every image. */
  public final boolean adapts() {
    return adaptation(Compute.plain()).isPresent();
  }

  /** The verdict's threshold. */
  public abstract Threshold threshold();

  /** The map value from which a region is outlined. */
  public double mapThreshold() {
    return scores().mapThreshold().orElseGet(() -> threshold().value());
  }

  /** Whether the sentences name what the images show. */
  public abstract boolean wantsClassName();

  /**
   * What the network's numbers depend on, for files that must not be mixed. Reads everything at the
   * first call.
   */
  public abstract Map<String, Object> identity();

  /** Method, settings and provenance as the JSON of an adapter file. */
  public abstract ObjectNode json();

  @Override
  public abstract void close();

  /** A backbone without an adapter: a built-in model's, a folder's, or a checkpoint file. */
  public static Backbone backbone(String nameOrPath) {
    return backbone(nameOrPath, Optional.empty());
  }

  /**
   * The same.
   *
   * @param activation of weights without a configuration; empty for what their name says
   */
  public static Backbone backbone(String nameOrPath, Optional<Activation> activation) {
    return BuiltInModels.files(nameOrPath)
        .map(Backbone::open)
        .orElseGet(() -> Backbone.open(existing(nameOrPath), activation));
  }

  /** The files of a built-in model, of a folder, or of a checkpoint's folder. */
  static FileSet files(String nameOrPath) {
    // a name wins over a folder that happens to be called so: that is still reachable as ./starter
    return BuiltInModels.files(nameOrPath)
        .orElseGet(
            () -> {
              Path path = existing(nameOrPath);
              return new FileSet.OnDisk(
                  Files.isDirectory(path) ? path : path.toAbsolutePath().getParent());
            });
  }

  static Path existing(String nameOrPath) {
    Path path = Path.of(nameOrPath);
    if (!Files.exists(path)) {
      throw new HeadClipException(
          "%s: no such folder and no built-in model, expected one of %s or a folder with a backbone"
              .formatted(nameOrPath, BuiltInModels.names()));
    }
    return path;
  }
}
