package dev.headclip.method;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.Nearest;
import dev.headclip.settings.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All settings of a method: its own, of its scores, of its training. Their names are one space: a
 * setting is given by its key alone.
 *
 * @param method with its settings
 * @param scores how its numbers become scores
 * @param train how they are learned
 */
public record Recipe(MethodConfig<?> method, ScoreSettings scores, TrainSettings train) {
  public Recipe {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(scores, "scores");
    Objects.requireNonNull(train, "train");
  }

  /** A method's defaults for a backbone. */
  public static Recipe of(Method<?> method, ClipConfig config) {
    return new Recipe(MethodConfig.of(method, config), method.scores(), method.training());
  }

  /** The method called so, with its defaults for a backbone. */
  public static Recipe of(String method, ClipConfig config) {
    return of(Methods.named(method), config);
  }

  /** A published configuration of the method, on top of these. */
  public Recipe preset(String name, ClipConfig config) {
    Map<String, Map<String, ?>> all = method.method().presets(config);
    Map<String, ?> found = all.get(name);
    if (found == null) {
      throw new HeadClipException(
          "preset: method %s has no %s, expected one of %s"
              .formatted(method.name(), name, all.keySet().stream().sorted().toList()));
    }
    return with(found);
  }

  /**
   * Some settings changed; values may be text.
   *
   * @throws HeadClipException naming a key that is none, and the nearest that is one
   */
  public Recipe with(Map<String, ?> values) {
    Map<String, Object> ofMethod = new LinkedHashMap<>();
    Map<String, Object> ofScores = new LinkedHashMap<>();
    Map<String, Object> ofTrain = new LinkedHashMap<>();
    List<String> methodKeys = Schema.of(method.method().settings()).keys();
    List<String> scoreKeys = Schema.of(ScoreSettings.class).keys();
    List<String> trainKeys = Schema.of(TrainSettings.class).keys();
    values.forEach(
        (key, value) -> {
          if (methodKeys.contains(key)) {
            ofMethod.put(key, value);
          } else if (scoreKeys.contains(key)) {
            ofScores.put(key, value);
          } else if (trainKeys.contains(key)) {
            ofTrain.put(key, value);
          } else {
            List<String> known = new ArrayList<>(methodKeys);
            known.addAll(scoreKeys);
            known.addAll(trainKeys);
            throw new HeadClipException(
                "no setting %s of method %s%s"
                    .formatted(key, method.name(), Nearest.hint(key, known)));
          }
        });
    return new Recipe(
        method.with(ofMethod),
        Schema.of(ScoreSettings.class).changed(scores, ofScores),
        Schema.of(TrainSettings.class).changed(train, ofTrain));
  }
}
