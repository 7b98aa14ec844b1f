package dev.headclip.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;

/**
 * What there is to know of a model, as JSON: {@code backbone} (its configuration), {@code
 * settings}, {@code provenance}, {@code learned} (shapes by name), {@code head_weights} [layers,
 * heads], {@code threshold_origin}.
 */
public final class ModelDescription {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEAD_WEIGHTS = "head_weights";
  private static final double DIGITS = 1e4;

  private ModelDescription() {}

  /** Adds what an open model says of itself. */
  public static void add(ObjectNode to, Model m) {
    Tensors<HostTensor> learned = Tensors.none();
    if (m instanceof ClipModel clip) {
      to.set("backbone", JSON.valueToTree(clip.backbone().config()));
      learned = clip.adapter().learned();
    }
    add(to, m.json(), learned);
    to.put("threshold_origin", m.threshold().origin());
  }

  /** Adds an adapter's header, its provenance apart, and what it learned. */
  public static void add(ObjectNode to, ObjectNode header, Tensors<HostTensor> learned) {
    ObjectNode settings = header.deepCopy();
    JsonNode provenance = settings.remove("provenance");
    to.set("settings", settings);
    to.set("provenance", provenance);
    learned.named().forEach((name, t) -> to.withObject("/learned").set(name, shape(t)));
    if (learned.has(HEAD_WEIGHTS)) {
      HostTensor w = learned.get(HEAD_WEIGHTS);
      for (int l = 0; l < w.size(0); l++) {
        ArrayNode row = to.withArray(HEAD_WEIGHTS).addArray();
        for (int h = 0; h < w.size(1); h++) {
          row.add(Math.round(w.data()[l * w.size(1) + h] * DIGITS) / DIGITS);
        }
      }
    }
  }

  private static JsonNode shape(HostTensor t) {
    return JSON.valueToTree(t.shape());
  }
}
