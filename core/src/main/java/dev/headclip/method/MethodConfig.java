package dev.headclip.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A method with its settings.
 *
 * @param method what
 * @param settings how
 * @param <S> the settings' type
 */
public record MethodConfig<S extends Record & InputSettings>(Method<S> method, S settings) {
  public MethodConfig {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(settings, "settings");
  }

  /** A method with its defaults for a backbone. */
  public static <S extends Record & InputSettings> MethodConfig<S> of(
      Method<S> method, ClipConfig config) {
    return new MethodConfig<>(method, method.defaults(config));
  }

  /** The name of the method. */
  public String name() {
    return method.name();
  }

  public int imageSize() {
    return settings.imageSize();
  }

  public PositionResize position() {
    return settings.position();
  }

  /** Some settings changed; values may be text. */
  public MethodConfig<S> with(Map<String, ?> values) {
    Schema<S> schema = Schema.of(method.settings());
    S changed = schema.changed(settings, values);
    Map<String, Object> implied =
        method.implied(
            changed, p -> values.containsKey(p) || values.containsKey(p.replace('.', '_')));
    return new MethodConfig<>(method, schema.changed(changed, implied));
  }

  public MethodConfig<S> with(String key, Object value) {
    return with(Map.of(key, value));
  }

  /** The settings that tensors show, in place of these. */
  public MethodConfig<S> withTensors(Tensors<HostTensor> learned) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    learned.named().forEach((name, t) -> shapes.put(name, t.shape()));
    return with(method.shown(settings, shapes, path -> false));
  }

  /**
   * Settings as a file has them; what it does not say is shown by its tensors, or is the default.
   * The number of tensors that a training wrote has the default, so that one that got lost is
   * missed.
   *
   * @param shapes of the file's tensors
   */
  MethodConfig<S> read(JsonNode json, Map<String, long[]> shapes) {
    Schema<S> schema = Schema.of(method.settings());
    schema.requireKnownGroups(json);
    S said = schema.read(json, settings);
    Predicate<String> given = p -> !json.at("/" + p.replace('.', '/')).isMissingNode();
    Map<String, Object> more = new LinkedHashMap<>(method.implied(said, given));
    // files of ours that do not say it among their settings do in their provenance
    JsonNode provenance = json.path("provenance");
    boolean ours = provenance.path("run_digest").isTextual();
    Set<String> counting = method.counting();
    for (String path : counting) {
      JsonNode value = provenance.path(path.replace('.', '_'));
      if (ours && !given.test(path) && value.isValueNode()) {
        more.put(path, value.asText());
      }
    }
    more.putAll(method.shown(said, shapes, p -> given.test(p) || ours && counting.contains(p)));
    return new MethodConfig<>(method, schema.changed(said, more));
  }

  /**
   * Throws where these settings do not fit a backbone.
   *
   * @throws dev.headclip.settings.SettingException naming the setting
   */
  public void check(ClipConfig config) {
    try {
      config.grid(imageSize());
    } catch (IllegalArgumentException e) {
      throw new dev.headclip.settings.SettingException("image_size", imageSize(), e.getMessage());
    }
    method.check(settings, config);
  }

  public List<Learnable> learned(ClipConfig config) {
    return method.learned(settings, config);
  }

  public Views views() {
    return method.views(settings);
  }

  public <T> Network<T> network(Clip<T> clip) {
    check(clip.config());
    return method.network(settings, clip);
  }

  public boolean readsValues() {
    return method.readsValues(settings);
  }

  public FrozenPart frozenPart() {
    return method.frozenPart(settings);
  }

  public Scoring scoring(ScoreSettings scores, ClipConfig config) {
    return method.scoring(settings, scores, config.grid(imageSize()));
  }

  public Optional<Adaptation> adaptation(ClipConfig config, Compute compute) {
    return method.adaptation(settings, config, compute);
  }

  /** The settings as JSON. */
  public ObjectNode json() {
    return Schema.json(settings);
  }

  /** The names that a JSON object of the settings may have. */
  public Set<String> names() {
    return Schema.of(method.settings()).names();
  }
}
