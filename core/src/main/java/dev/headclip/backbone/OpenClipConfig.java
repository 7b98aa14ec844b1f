package dev.headclip.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Sizes from open_clip_config.json (open_clip's CLIPVisionCfg, CLIPTextCfg), and a refusal of what
 * makes another network of the same weights.
 */
final class OpenClipConfig {
  private OpenClipConfig() {}

  static ClipConfig parse(JsonNode root) {
    JsonNode model = root.has("model_cfg") ? Fields.object(root, "model_cfg") : root;
    JsonNode vision = Fields.object(model, "vision_cfg");
    JsonNode text = Fields.object(model, "text_cfg");
    requireKnown(vision, text, model);
    Activation activation =
        Fields.truth(model, "quick_gelu", false) ? Activation.QUICK_GELU : Activation.GELU;
    int width = Fields.integer(vision, "width", 768);
    int textWidth = Fields.integer(text, "width", 512);
    return new ClipConfig(
        new TowerConfig(
            width,
            Fields.integer(vision, "layers", 12),
            heads(width, Fields.integer(vision, "head_width", 64)),
            (int) (width * Fields.number(vision, "mlp_ratio", 4)),
            activation,
            epsilon(vision)),
        side(vision, "image_size", 224),
        side(vision, "patch_size", 16),
        new TowerConfig(
            textWidth,
            Fields.integer(text, "layers", 12),
            Fields.integer(text, "heads", 8),
            (int) (textWidth * Fields.number(text, "mlp_ratio", 4)),
            activation,
            epsilon(text)),
        Fields.integer(text, "context_length", 77),
        Fields.integer(text, "vocab_size", 49408),
        Fields.integer(model, "embed_dim", 512));
  }

  /** Rounded down, as open_clip does. */
  private static int heads(int width, int headWidth) {
    if (headWidth < 1) {
      throw new IllegalArgumentException(
          "head_width is %d, expected 1 or more".formatted(headWidth));
    }
    return width / headWidth;
  }

  private static double epsilon(JsonNode tower) {
    return Fields.number(Fields.object(tower, "norm_kwargs"), "eps", 1e-5);
  }

  /** One number, or the same twice. */
  private static int side(JsonNode vision, String name, int absent) {
    JsonNode n = vision.path(name);
    if (n.isArray() && n.size() == 2 && n.get(0).isInt() && n.get(0).equals(n.get(1))) {
      return n.get(0).asInt();
    }
    return Fields.integer(vision, name, absent);
  }

  /** Fields under which only one value is our network; absent ones have it. */
  private static void requireKnown(JsonNode vision, JsonNode text, JsonNode model) {
    JsonNode timm = vision.path("timm_model_name");
    if (!timm.isMissingNode() && !timm.isNull()) {
      throw new IllegalArgumentException(
          "vision_cfg.timm_model_name is %s, an image tower of timm's%s; expected open_clip's own ViT"
              .formatted(timm, siglip(timm)));
    }
    if (text.hasNonNull("hf_model_name")) {
      throw new IllegalArgumentException(
          "text_cfg.hf_model_name is %s, a text tower of Hugging Face's; expected CLIP's own"
              .formatted(text.path("hf_model_name")));
    }
    if (vision.path("layers").isArray()) {
      throw new IllegalArgumentException(
          "vision_cfg.layers is %s, a ResNet; expected a ViT's number of layers"
              .formatted(vision.path("layers")));
    }
    if (model.hasNonNull("multimodal_cfg")) {
      throw new IllegalArgumentException("multimodal_cfg is there, a CoCa; expected a CLIP");
    }
    Map<String, Set<String>> ofVision = new LinkedHashMap<>();
    ofVision.put("attentional_pool", Set.of("false"));
    ofVision.put("no_ln_pre", Set.of("false"));
    ofVision.put("pool_type", Set.of("\"tok\""));
    ofVision.put("ls_init_value", Set.of());
    ofVision.put("act_kwargs", Set.of("{}"));
    require("vision_cfg", vision, ofVision);
    Map<String, Set<String>> ofText = new LinkedHashMap<>();
    ofText.put("no_causal_mask", Set.of("false"));
    ofText.put("embed_cls", Set.of("false"));
    ofText.put("pool_type", Set.of("\"argmax\""));
    ofText.put("proj_bias", Set.of("false"));
    ofText.put("proj_type", Set.of("\"linear\""));
    ofText.put("ls_init_value", Set.of());
    ofText.put("act_kwargs", Set.of("{}"));
    require("text_cfg", text, ofText);
  }

  private static String siglip(JsonNode name) {
    return name.asText().contains("siglip") ? " (SigLIP, which is not supported)" : "";
  }

  private static void require(String tower, JsonNode fields, Map<String, Set<String>> known) {
    known.forEach(
        (field, values) -> {
          if (fields.hasNonNull(field) && !values.contains(fields.path(field).toString())) {
            throw new IllegalArgumentException(
                "%s.%s is %s, expected %s: another network than CLIP's"
                    .formatted(
                        tower,
                        field,
                        fields.path(field),
                        values.isEmpty() ? "none" : values.iterator().next()));
          }
        });
  }
}
