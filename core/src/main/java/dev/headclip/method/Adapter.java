package dev.headclip.method;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.Nearest;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorDigest;
import dev.headclip.weights.TensorInfo;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was learned, with the settings it was learned under.
 *
 * @param method with its settings
 * @param scores how its numbers become scores
 * @param learned the numbers, in the method's order; none for a method that learns nothing
 * @param provenance how it came about: data, backbone, settings, seed, code, date, losses
 */
public record Adapter(
    MethodConfig<?> method,
    ScoreSettings scores,
    Tensors<HostTensor> learned,
    Map<String, Object> provenance) {
  public Adapter {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(scores, "scores");
    Objects.requireNonNull(learned, "learned");
    // keeps the order, and nulls that JSON may hold
    provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
  }

  /** A method that learns nothing, with its defaults. */
  public static Adapter untrained(Method<?> method, ClipConfig config) {
    MethodConfig<?> c = MethodConfig.of(method, config);
    if (!c.learned(config).isEmpty()) {
      throw new HeadClipException(
          "method %s needs an adapter; training makes one".formatted(method.name()));
    }
    return new Adapter(c, method.scores(), Tensors.none(), Map.of());
  }

  public Adapter withMethod(MethodConfig<?> to) {
    return new Adapter(to, scores, learned, provenance);
  }

  public Adapter withScores(ScoreSettings to) {
    return new Adapter(method, to, learned, provenance);
  }

  public Adapter withProvenance(Map<String, Object> to) {
    return new Adapter(method, scores, learned, to);
  }

  /** SHA-256 over the learned numbers: the same for two runs that learned the same. */
  public String digest() {
    return TensorDigest.of("", learned.named());
  }

  /**
   * Throws where tensors or settings do not fit the backbone, naming them.
   *
   * @param file where it comes from, for messages
   */
  public void checkAgainst(String file, ClipConfig config) {
    try {
      method.check(config);
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
    List<Learnable> expected = method.learned(config);
    List<String> names = expected.stream().map(Learnable::name).toList();
    for (String found : learned.names()) {
      if (!names.contains(found)) {
        throw new HeadClipException(
            "%s: tensor %s is none of method %s's%s"
                .formatted(file, found, method.name(), Nearest.hint(found, names)));
      }
    }
    for (Learnable l : expected) {
      if (!learned.has(l.name())) {
        throw new HeadClipException(
            "%s: no tensor %s, expected an adapter written by 'headclip train'"
                .formatted(file, l.name()));
      }
      check(file, l, learned.get(l.name()));
    }
  }

  private static void check(String file, Learnable l, HostTensor t) {
    if (!Arrays.equals(t.shape(), l.sizes())) {
      throw new HeadClipException(
          "%s does not fit the backbone: tensor %s has shape %s, expected %s; use the backbone that it was trained with"
              .formatted(file, l.name(), TensorInfo.text(t.shape()), TensorInfo.text(l.sizes())));
    }
    for (float v : t.data()) {
      if (!Float.isFinite(v)) {
        throw new HeadClipException(
            "%s: tensor %s holds %s, expected finite numbers".formatted(file, l.name(), v));
      }
    }
  }
}
