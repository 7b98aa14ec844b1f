package dev.headclip.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import dev.headclip.weights.FileSet;
import java.io.IOException;
import java.util.Optional;

/** Reads config.json (Hugging Face) and open_clip_config.json. */
final class ConfigReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConfigReader() {}

  /** The folder's configuration; empty where it has none. */
  static Optional<ClipConfig> read(FileSet files) {
    if (files.has("config.json")) {
      return Optional.of(parsed(files, "config.json", ConfigReader::huggingFace));
    }
    String open = "open_clip_config.json";
    return files.has(open)
        ? Optional.of(parsed(files, open, ConfigReader::openClip))
        : Optional.empty();
  }

  private interface Parser {
    ClipConfig parse(JsonNode root);
  }

  private static ClipConfig parsed(FileSet files, String name, Parser parser) {
    try {
      return parser.parse(tree(files, name));
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(files.describe(name), e.getMessage()), e);
    }
  }

  /** A JSON object from a file. */
  static JsonNode tree(FileSet files, String name) {
    String where = files.describe(name);
    try {
      JsonNode root = JSON.readTree(files.read(name));
      if (root == null || !root.isObject()) {
        throw new HeadClipException("%s: expected a JSON object".formatted(where));
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new HeadClipException(
          "%s: not JSON (%s)"
              .formatted(where, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(where, e), e);
    }
  }

  /** Published configs leave most fields out: absent ones have CLIPConfig's defaults. */
  private static ClipConfig huggingFace(JsonNode root) {
    JsonNode text = merged(root, "text_config");
    JsonNode vision = merged(root, "vision_config");
    return new ClipConfig(
        tower(vision, 768, 3072, 12),
        integer(vision, "image_size", 224),
        integer(vision, "patch_size", 32),
        tower(text, 512, 2048, 8),
        integer(text, "max_position_embeddings", 77),
        integer(text, "vocab_size", 49408),
        integer(root, "projection_dim", 512));
  }

  /** Older configs have a second object whose fields win (CLIPConfig's constructor). */
  private static JsonNode merged(JsonNode root, String name) {
    ObjectNode all = JSON.createObjectNode();
    for (String key : new String[] {name, name + "_dict"}) {
      if (root.path(key) instanceof ObjectNode o) {
        all.setAll(o);
      }
    }
    return all;
  }

  private static TowerConfig tower(JsonNode n, int width, int hidden, int heads) {
    return new TowerConfig(
        integer(n, "hidden_size", width),
        integer(n, "num_hidden_layers", 12),
        integer(n, "num_attention_heads", heads),
        integer(n, "intermediate_size", hidden),
        Activation.of(n.path("hidden_act").asText("quick_gelu")),
        n.path("layer_norm_eps").asDouble(1e-5));
  }

  private static ClipConfig openClip(JsonNode root) {
    JsonNode model = root.has("model_cfg") ? root.path("model_cfg") : root;
    JsonNode vision = model.path("vision_cfg");
    JsonNode text = model.path("text_cfg");
    Activation activation =
        model.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU;
    int width = integer(vision, "width", 768);
    int textWidth = integer(text, "width", 512);
    return new ClipConfig(
        new TowerConfig(
            width,
            integer(vision, "layers", 12),
            width / integer(vision, "head_width", 64),
            (int) (width * vision.path("mlp_ratio").asDouble(4)),
            activation,
            1e-5),
        integer(vision, "image_size", 224),
        integer(vision, "patch_size", 16),
        new TowerConfig(
            textWidth,
            integer(text, "layers", 12),
            integer(text, "heads", 8),
            (int) (textWidth * text.path("mlp_ratio").asDouble(4)),
            activation,
            1e-5),
        integer(text, "context_length", 77),
        integer(text, "vocab_size", 49408),
        integer(model, "embed_dim", 512));
  }

  private static int integer(JsonNode n, String name, int absent) {
    JsonNode v = n.path(name);
    if (v.isMissingNode() || v.isNull()) {
      return absent;
    }
    if (!v.canConvertToInt() || !v.isIntegralNumber()) {
      throw new IllegalArgumentException("%s is %s, expected an integer".formatted(name, v));
    }
    return v.asInt();
  }
}
