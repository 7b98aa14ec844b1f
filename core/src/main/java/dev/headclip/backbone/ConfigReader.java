package dev.headclip.backbone;

import com.fasterxml.jackson.core.JsonParser;
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
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private ConfigReader() {}

  /** The folder's configuration; empty where it has none. */
  static Optional<ClipConfig> read(FileSet files) {
    if (files.has("config.json")) {
      return Optional.of(parsed(files, "config.json", ConfigReader::huggingFace));
    }
    String open = "open_clip_config.json";
    return files.has(open)
        ? Optional.of(parsed(files, open, OpenClipConfig::parse))
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
    requireClip(root);
    JsonNode text = merged(root, "text_config");
    JsonNode vision = merged(root, "vision_config");
    return new ClipConfig(
        tower(vision, 768, 3072, 12),
        Fields.integer(vision, "image_size", 224),
        Fields.integer(vision, "patch_size", 32),
        tower(text, 512, 2048, 8),
        Fields.integer(text, "max_position_embeddings", 77),
        Fields.integer(text, "vocab_size", 49408),
        Fields.integer(root, "projection_dim", 512));
  }

  /** Other models have fields of the same names, and are other networks. */
  private static void requireClip(JsonNode root) {
    String type = Fields.text(root, "model_type", "clip");
    if (!type.equals("clip")) {
      throw new IllegalArgumentException(
          "model_type is \"%s\", expected \"clip\"%s"
              .formatted(
                  type,
                  type.startsWith("siglip")
                      ? "; SigLIP's towers have no class token and pool by attention, which is not supported"
                      : ""));
    }
  }

  /** Older configs have a second object whose fields win (CLIPConfig's constructor). */
  private static JsonNode merged(JsonNode root, String name) {
    ObjectNode all = JSON.createObjectNode();
    for (String key : new String[] {name, name + "_dict"}) {
      if (Fields.object(root, key) instanceof ObjectNode o) {
        all.setAll(o);
      }
    }
    return all;
  }

  private static TowerConfig tower(JsonNode n, int width, int hidden, int heads) {
    return new TowerConfig(
        Fields.integer(n, "hidden_size", width),
        Fields.integer(n, "num_hidden_layers", 12),
        Fields.integer(n, "num_attention_heads", heads),
        Fields.integer(n, "intermediate_size", hidden),
        Activation.of(Fields.text(n, "hidden_act", "quick_gelu")),
        Fields.number(n, "layer_norm_eps", 1e-5));
  }
}
