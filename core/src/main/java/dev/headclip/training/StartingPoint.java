package dev.headclip.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Adapter;
import dev.headclip.method.Learnable;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Recipe;
import dev.headclip.method.prompt.PromptSettings;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adapter whose numbers are another's first ones: prompts that AnomalyCLIP's authors published,
 * with HeadCLIP's head weights at 1 beside them. What both learn is taken, the rest starts as ever.
 *
 * @param adapter of any method that shares names of learned tensors
 */
public record StartingPoint(Adapter adapter) {
  /**
   * A recipe whose prompts are those of the adapter: as many words and tokens, in the same layers,
   * before the same words.
   */
  public Recipe prompted(Recipe r) {
    Map<String, Object> values = new LinkedHashMap<>();
    List<String> keys = Schema.of(r.method().method().settings()).keys();
    JsonNode stored = adapter.method().json();
    for (Schema.Entry e : Schema.of(PromptSettings.class).entries()) {
      JsonNode value = stored.at("/" + e.path().replace('.', '/'));
      if (keys.contains(e.key()) && value.isValueNode()) {
        values.put(e.key(), value.asText());
      }
    }
    return r.with(values);
  }

  /**
   * The numbers that a method starts with.
   *
   * @throws HeadClipException where it learns nothing that the adapter has, or in other shapes
   */
  Tensors<HostTensor> first(MethodConfig<?> method, ClipConfig config) {
    Map<String, HostTensor> taken = new LinkedHashMap<>();
    for (Learnable l : method.learned(config)) {
      if (!adapter.learned().has(l.name())) {
        continue;
      }
      HostTensor t = adapter.learned().get(l.name());
      if (!Arrays.equals(t.shape(), l.sizes())) {
        throw new HeadClipException(
            "the adapter to start from has %s %s, method %s learns %s; give the same settings of it"
                .formatted(
                    l.name(),
                    TensorInfo.text(t.shape()),
                    method.name(),
                    TensorInfo.text(l.sizes())));
      }
      taken.put(l.name(), t);
    }
    if (taken.isEmpty()) {
      throw new HeadClipException(
          "the adapter to start from has %s, nothing that method %s learns"
              .formatted(adapter.learned().names(), method.name()));
    }
    return new Tensors<>(taken);
  }

  /** Tensors of the adapter that a method does not learn. */
  public List<String> leftOut(MethodConfig<?> method, ClipConfig config) {
    List<String> known = method.learned(config).stream().map(Learnable::name).toList();
    return adapter.learned().names().stream().filter(n -> !known.contains(n)).toList();
  }
}
