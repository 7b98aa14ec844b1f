package dev.headclip.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.image.Normalization;
import dev.headclip.weights.FileSet;
import java.util.List;
import java.util.Optional;

/**
 * Mean and standard deviation of the channels, from wherever publishers put them:
 * preprocessor_config.json, processor_config.json (transformers 5, under image_processor),
 * open_clip_config.json (under preprocess_cfg).
 */
final class PreprocessorConfig {
  /** Where a file has them: its name, the object inside, the keys of mean and deviation. */
  private record Place(String file, String object, String mean, String std) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("preprocessor_config.json", "", "image_mean", "image_std"),
          new Place("processor_config.json", "/image_processor", "image_mean", "image_std"),
          new Place("processor_config.json", "", "image_mean", "image_std"),
          new Place("open_clip_config.json", "/preprocess_cfg", "mean", "std"));

  private static final double RESCALE = 1 / 255.0;

  private PreprocessorConfig() {}

  /** What a folder says; empty where it says nothing. */
  static Optional<Normalization> read(FileSet files) {
    for (Place p : PLACES) {
      if (files.has(p.file())) {
        JsonNode object = ConfigReader.tree(files, p.file()).at(p.object());
        if (object.isObject() && (object.has(p.mean()) || object.has("do_normalize"))) {
          try {
            return Optional.of(normalization(object, p));
          } catch (IllegalArgumentException e) {
            throw new HeadClipException(
                "%s: %s".formatted(files.describe(p.file()), e.getMessage()), e);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Normalization normalization(JsonNode object, Place p) {
    if (!Fields.truth(object, "do_rescale", true)) {
      throw new IllegalArgumentException("do_rescale is false, expected pixels scaled to 0..1");
    }
    double rescale = Fields.number(object, "rescale_factor", RESCALE);
    if (Math.abs(rescale - RESCALE) > 1e-9) {
      throw new IllegalArgumentException("rescale_factor is %s, expected 1/255".formatted(rescale));
    }
    if (!Fields.truth(object, "do_normalize", true)) {
      return new Normalization(new float[3], new float[] {1, 1, 1});
    }
    return new Normalization(
        three(object, p.mean(), Normalization.clip().mean()),
        three(object, p.std(), Normalization.clip().std()));
  }

  private static float[] three(JsonNode object, String name, float[] absent) {
    JsonNode n = object.path(name);
    if (n.isMissingNode() || n.isNull()) {
      return absent;
    }
    boolean good = n.isArray() && n.size() == 3;
    for (JsonNode v : n) {
      good &= v.isNumber();
    }
    if (!good) {
      throw new IllegalArgumentException("%s is %s, expected three numbers".formatted(name, n));
    }
    return new float[] {n.get(0).floatValue(), n.get(1).floatValue(), n.get(2).floatValue()};
  }
}
