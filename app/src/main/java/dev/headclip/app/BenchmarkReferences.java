package dev.headclip.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.evaluate.ReferenceEvaluation.Round;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.SettingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan's variant compares images with: normal references of their class, or one another.
 *
 * @param shots references of each class, drawn by the seed; 0 in a batch
 * @param batched whether a class's images are scored among themselves
 * @param preset a published way to compare
 * @param settings of {@link ReferenceSettings}, by key
 */
record BenchmarkReferences(
    int shots, boolean batched, Optional<String> preset, Map<String, String> settings) {
  private static final String SHOTS = "shots";
  private static final String BATCHED = "batched";
  private static final String PRESET = "reference_preset";

  /**
   * Takes what is said of references out of a variant's flags.
   *
   * @param where for messages
   */
  static Optional<BenchmarkReferences> take(String where, Map<String, String> flags) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String key : Schema.of(ReferenceSettings.class).keys()) {
      Optional.ofNullable(flags.remove(key)).ifPresent(v -> settings.put(key, v));
    }
    Optional<String> preset = Optional.ofNullable(flags.remove(PRESET));
    Optional<String> shots = Optional.ofNullable(flags.remove(SHOTS));
    boolean batched = batched(where, Optional.ofNullable(flags.remove(BATCHED)));
    if (shots.isPresent() == batched) {
      if (batched || preset.isPresent() || !settings.isEmpty()) {
        throw new HeadClipException(
            "%s: expected either shots (references of each class) or batched: true, found %s"
                .formatted(where, batched ? "both" : "neither"));
      }
      return Optional.empty();
    }
    int count = shots.map(s -> count(where, s)).orElse(0);
    return Optional.of(new BenchmarkReferences(count, batched, preset, settings));
  }

  private static boolean batched(String where, Optional<String> text) {
    if (text.isPresent() && !List.of("true", "false").contains(text.get())) {
      throw new HeadClipException(
          "%s: batched %s, expected true or false".formatted(where, text.get()));
    }
    return text.map(Boolean::parseBoolean).orElse(false);
  }

  private static int count(String where, String text) {
    if (!text.matches("[1-9]\\d{0,3}")) {
      throw new HeadClipException(
          "%s: shots %s, expected an integer from 1 to 9999".formatted(where, text));
    }
    return Integer.parseInt(text);
  }

  /**
   * For a backbone.
   *
   * @throws SettingException where they do not fit it
   */
  ReferenceSettings of(ClipConfig config) {
    ReferenceSettings all =
        preset
            .map(p -> ReferenceSettings.preset(p, config))
            .orElseGet(ReferenceSettings::defaults)
            .with(settings);
    if (!batched && all.scorer() == ReferenceSettings.Scorer.MUTUAL) {
      throw new SettingException("scorer", "mutual", "subspace or knn for references");
    }
    if (batched && all.scorer() == ReferenceSettings.Scorer.KNN) {
      throw new SettingException("scorer", "knn", "subspace or mutual for a batch");
    }
    all.taps(config).check(config);
    return all;
  }

  /** The round of an evaluation. */
  Round round(long seed) {
    return batched ? Round.batched() : Round.of(shots, seed);
  }

  /** Whether one pass of the network serves both. */
  boolean sharesPass(BenchmarkReferences other) {
    return preset.equals(other.preset) && settings.equals(other.settings);
  }

  /** The same for all that one pass serves. */
  String passName() {
    return "%s %s".formatted(preset.orElse(""), settings);
  }

  /** For a cell's identity. */
  ObjectNode json(ClipConfig config, long seed) {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    o.put(SHOTS, shots).put(BATCHED, batched);
    if (!batched) {
      o.put("seed", seed);
    }
    o.set("settings", Schema.json(of(config)));
    return o;
  }
}
