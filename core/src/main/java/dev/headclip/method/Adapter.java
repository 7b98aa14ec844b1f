package dev.headclip.method;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.TensorDigest;
import dev.headclip.weights.TensorInfo;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What was learned, with the settings it was learned under.
 *
 * @param settings of method and scores
 * @param learned the numbers
 * @param provenance how it came about: data, backbone, settings, seed, code, date, losses
 */
public record Adapter(
    HeadClipSettings settings, Learned<HostTensor> learned, Map<String, Object> provenance) {
  public Adapter {
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(learned, "learned");
    // keeps the order, and nulls that JSON may hold
    provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
  }

  public Adapter withSettings(HeadClipSettings to) {
    return new Adapter(to, learned, provenance);
  }

  /** SHA-256 over the learned numbers: the same for two runs that learned the same. */
  public String digest() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < learned.names().size(); i++) {
      tensors.put(learned.names().get(i), learned.tensors().get(i));
    }
    return TensorDigest.of("", tensors);
  }

  /** Throws where a tensor does not fit the backbone, naming it and both shapes. */
  void checkAgainst(String file, ClipConfig config) {
    int width = config.text().width();
    check(file, Learned.PROMPT_NORMAL, learned.normal(), settings.prompts().length(), width);
    check(file, Learned.PROMPT_ABNORMAL, learned.abnormal(), settings.prompts().length(), width);
    int last = settings.prompts().deepStart() + learned.deep().size() - 1;
    if (!learned.deep().isEmpty() && last > config.text().layers()) {
      throw new HeadClipException(
          "%s: %d tensors %s* from text layer %d on, the backbone has %d text layers"
              .formatted(
                  file,
                  learned.deep().size(),
                  Learned.DEEP,
                  settings.prompts().deepStart(),
                  config.text().layers()));
    }
    for (int i = 0; i < learned.deep().size(); i++) {
      // all as long as the first
      HostTensor t = learned.deep().get(i);
      check(file, Learned.DEEP + i, t, learned.deep().get(0).shape()[0], width);
    }
    learned
        .headWeights()
        .ifPresent(
            w ->
                check(
                    file,
                    Learned.HEAD_WEIGHTS,
                    w,
                    settings.localPath().layers(),
                    config.vision().heads()));
    try {
      settings.checkAgainst(config);
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void check(String file, String name, HostTensor t, long... expected) {
    if (!Arrays.equals(t.shape(), expected)) {
      throw new HeadClipException(
          "%s does not fit the backbone: tensor %s has shape %s, expected %s; use the backbone that it was trained with"
              .formatted(file, name, TensorInfo.text(t.shape()), TensorInfo.text(expected)));
    }
    for (float v : t.data()) {
      if (!Float.isFinite(v)) {
        throw new HeadClipException(
            "%s: tensor %s holds %s, expected finite numbers".formatted(file, name, v));
      }
    }
  }
}
