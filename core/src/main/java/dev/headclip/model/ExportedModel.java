package dev.headclip.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.method.Views;
import dev.headclip.settings.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** A model that was exported as one file: it gives maps and scores by itself. */
public final class ExportedModel extends Model {
  /** What may be changed of it. */
  private static final List<String> FREE = List.of("lambda", "threshold");

  private final Path file;
  private final Map<String, String> metadata;
  private final JsonNode header;
  private final int imageSize;
  private final Preprocess preprocess;
  private final Normalization normalization;
  private final ScoreSettings scores;
  private final boolean ownLambda;
  private final Threshold threshold;

  private ExportedModel(Path file, Map<String, String> metadata, Map<String, Object> settings) {
    super(file.getFileName().toString());
    this.file = file;
    this.metadata = metadata;
    this.header = AdapterFile.header(file.toString(), metadata);
    this.imageSize = number(metadata.getOrDefault("image_size", ""));
    this.preprocess = preprocess(metadata);
    this.normalization =
        new Normalization(three(metadata, "image_mean"), three(metadata, "image_std"));
    Schema<ScoreSettings> schema = Schema.of(ScoreSettings.class);
    this.scores = schema.changed(schema.read(header, ScoreSettings.defaults()), settings);
    this.ownLambda = settings.containsKey("lambda");
    this.threshold =
        new Threshold(
            scores.threshold(), settings.containsKey("threshold") ? Threshold.GIVEN : "the file's");
  }

  /** The format of a file, where it is an exported model by its name. */
  static Optional<ExportedFormat> format(String nameOrPath) {
    Path file = Path.of(nameOrPath);
    if (BuiltInModels.names().contains(nameOrPath) || Files.isDirectory(file)) {
      return Optional.empty();
    }
    for (ExportedFormat f : ServiceLoader.load(ExportedFormat.class)) {
      if (f.knows(file)) {
        return Optional.of(f);
      }
    }
    return Optional.empty();
  }

  static ExportedModel open(Path file, ExportedFormat format, Map<String, Object> settings) {
    if (!Files.isRegularFile(file)) {
      throw new HeadClipException("%s: no such exported model".formatted(file));
    }
    for (String key : settings.keySet()) {
      if (!FREE.contains(key)) {
        throw new HeadClipException(
            "%s cannot be changed in an exported model, only %s; export anew"
                .formatted(key, String.join(" and ", FREE)));
      }
    }
    Map<String, String> metadata = format.metadata(file);
    if (!metadata.containsKey(AdapterFile.KEY) || !metadata.containsKey("image_size")) {
      throw new HeadClipException(
          "%s: not one of ours, expected a file that 'headclip export' wrote".formatted(file));
    }
    try {
      return new ExportedModel(file, metadata, settings);
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Files of before it was said have the usual one. */
  private static Preprocess preprocess(Map<String, String> metadata) {
    String said = metadata.getOrDefault("preprocess", "square");
    for (Preprocess p : Preprocess.values()) {
      if (p.name().equalsIgnoreCase(said)) {
        return p;
      }
    }
    throw new IllegalArgumentException(
        "preprocess is %s, which this version does not know".formatted(said));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("image_size is %s, expected pixels".formatted(text), e);
    }
  }

  /** "[0.5, 0.4, 0.3]". */
  private static float[] three(Map<String, String> metadata, String key) {
    String text = metadata.getOrDefault(key, "");
    String[] parts = text.replaceAll("[\\[\\]]", "").split(",");
    float[] numbers = new float[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        numbers[i] = Float.parseFloat(parts[i].strip());
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is %s, expected three numbers".formatted(key, text), e);
    }
    return numbers;
  }

  /** Arithmetic and form of its weights: fp32, fp16, int8. */
  public String weights() {
    return metadata.getOrDefault("weights", "");
  }

  public Path file() {
    return file;
  }

  @Override
  public String method() {
    return header.path("method").asText("headclip");
  }

  @Override
  public int imageSize() {
    return imageSize;
  }

  @Override
  public Views views() {
    return Views.square(preprocess, imageSize);
  }

  @Override
  public Normalization normalization() {
    return normalization;
  }

  @Override
  public ScoreSettings scores() {
    return scores;
  }

  @Override
  public Scoring scoring() {
    return new ExportedScoring(ownLambda ? Optional.of(scores.lambda()) : Optional.empty());
  }

  @Override
  public Threshold threshold() {
    return threshold;
  }

  /** The sentences were fixed when it was exported. */
  @Override
  public boolean wantsClassName() {
    return false;
  }

  @Override
  public Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("model", name());
    m.put("method", method());
    m.put("export", header.path("export"));
    m.put("weights", weights());
    return m;
  }

  @Override
  public ObjectNode json() {
    return header.deepCopy();
  }

  @Override
  public void close() {
    // engines open the file by themselves
  }
}
