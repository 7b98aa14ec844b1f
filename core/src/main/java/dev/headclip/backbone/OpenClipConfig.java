package dev.headclip.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sizes from open_clip_config.json (open_clip's CLIPVisionCfg, CLIPTextCfg), and a refusal of what
 * makes another network of the same weights.
 */
final class OpenClipConfig {
  /** No JSON is written so: any value that is there is another network's. */
  private static final String NONE = "none";

  /** Fields and the one value, as JSON, under which the image tower is CLIP's. */
  private static final Map<String, String> OF_VISION =
      new TreeMap<>(
          Map.of(
              "attentional_pool", "false",
              "no_ln_pre", "false",
              "pool_type", "\"tok\"",
              "ls_init_value", NONE,
              "act_kwargs", "{}"));

  /** The same of the text tower. */
  private static final Map<String, String> OF_TEXT =
      new TreeMap<>(
          Map.of(
              "no_causal_mask", "false",
              "embed_cls", "false",
              "pool_type", "\"argmax\"",
              "proj_bias", "false",
              "proj_type", "\"linear\"",
              "ls_init_value", NONE,
              "act_kwargs", "{}"));

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
    if (vision.hasNonNull("timm_model_name")) {
      JsonNode timm = vision.path("timm_model_name");
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
    require("vision_cfg", vision, OF_VISION);
    require("text_cfg", text, OF_TEXT);
  }

  private static String siglip(JsonNode name) {
    return name.asText().contains("siglip") ? " (SigLIP, which is not supported)" : "";
  }

  private static void require(String tower, JsonNode fields, Map<String, String> known) {
    known.forEach(
        (field, value) -> {
          if (fields.hasNonNull(field) && !value.equals(fields.path(field).toString())) {
            throw new IllegalArgumentException(
                "%s.%s is %s, expected %s: another network than CLIP's"
                    .formatted(tower, field, fields.path(field), value));
          }
        });
  }
}
