package dev.headclip.backbone;

import dev.headclip.weights.TensorInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a canonical tensor lies in a checkpoint: under which name, and what must be done to it.
 * Table of docs/spec/clip.md section 7.
 */
final class CheckpointNames {
  /** What turns the stored tensor into the canonical one. */
  enum Change {
    NONE,
    /** OpenAI's projections are applied from the right. */
    TRANSPOSE,
    /** First, second, third part of the rows: query, key, value in one. */
    THIRD_0,
    THIRD_1,
    THIRD_2
  }

  record Place(String name, Change change) {}

  /** Buffers and settings beside the weights: known, and of no use. */
  private static final Set<String> IGNORED =
      Set.of(
          "text_model.embeddings.position_ids",
          "vision_model.embeddings.position_ids",
          "input_resolution",
          "context_length",
          "vocab_size",
          "attn_mask",
          // of a training with SigLIP's loss: the same for all sentences, gone in the softmax over
          // two
          "logit_bias");

  /** Under which a training's checkpoint keeps the weights. */
  private static final Set<String> WRAPPERS =
      Set.of("state_dict.", "model_state_dict.", "model.", "ema.");

  private CheckpointNames() {}

  /** Whether OpenAI's names are used (OpenAI itself, open_clip). */
  static boolean openAi(Set<String> names) {
    return names.stream().anyMatch(n -> n.endsWith("visual.conv1.weight"));
  }

  /** What stands before every name: "module.", "state_dict.module.", ... */
  static String prefix(Set<String> names) {
    for (String anchor : new String[] {"visual.conv1.weight", "logit_scale"}) {
      Optional<String> found = names.stream().filter(n -> n.endsWith(anchor)).findFirst();
      if (found.isPresent()) {
        return found.get().substring(0, found.get().length() - anchor.length());
      }
    }
    return "";
  }

  static boolean ignored(String name) {
    return IGNORED.contains(name);
  }

  /** What a training keeps beside the weights is no part of them: optimizer, scaler. */
  private static boolean beside(String stored, String prefix) {
    int dot = prefix.indexOf('.');
    String wrapper = dot < 0 ? "" : prefix.substring(0, dot + 1);
    return WRAPPERS.contains(wrapper) && !stored.startsWith(wrapper);
  }

  /** The stored names without prefix, and with the text tower of CustomTextCLIP at the top. */
  static Map<String, String> plainNames(Map<String, TensorInfo> tensors) {
    String prefix = prefix(tensors.keySet());
    Map<String, String> plain = new LinkedHashMap<>();
    for (String stored : tensors.keySet()) {
      if (beside(stored, prefix)) {
        continue;
      }
      String name = stored.startsWith(prefix) ? stored.substring(prefix.length()) : stored;
      boolean custom = name.startsWith("text.") && openAi(tensors.keySet());
      plain.put(custom ? name.substring("text.".length()) : name, stored);
    }
    return plain;
  }

  /** OpenAI's name for a canonical tensor. */
  static Place openAiPlace(String canonical) {
    return switch (canonical) {
      case "logit_scale" -> same("logit_scale");
      case "text_model.embeddings.token_embedding.weight" -> same("token_embedding.weight");
      case "text_model.embeddings.position_embedding.weight" -> same("positional_embedding");
      case "text_projection.weight" -> new Place("text_projection", Change.TRANSPOSE);
      case "vision_model.embeddings.class_embedding" -> same("visual.class_embedding");
      case "vision_model.embeddings.patch_embedding.weight" -> same("visual.conv1.weight");
      case "vision_model.embeddings.position_embedding.weight" ->
          same("visual.positional_embedding");
      case "visual_projection.weight" -> new Place("visual.proj", Change.TRANSPOSE);
      default -> {
        String name =
            canonical
                .replace("text_model.final_layer_norm", "ln_final")
                .replace("vision_model.pre_layrnorm", "visual.ln_pre")
                .replace("vision_model.post_layernorm", "visual.ln_post")
                .replace("text_model.encoder.layers.", "transformer.resblocks.")
                .replace("vision_model.encoder.layers.", "visual.transformer.resblocks.")
                .replace("layer_norm1", "ln_1")
                .replace("layer_norm2", "ln_2")
                .replace("mlp.fc1", "mlp.c_fc")
                .replace("mlp.fc2", "mlp.c_proj")
                .replace("self_attn.out_proj", "attn.out_proj");
        yield attention(name);
      }
    };
  }

  private static Place attention(String name) {
    String[] parts = {"q_proj", "k_proj", "v_proj"};
    Change[] thirds = {Change.THIRD_0, Change.THIRD_1, Change.THIRD_2};
    for (int i = 0; i < 3; i++) {
      String part = "self_attn." + parts[i] + ".";
      if (name.contains(part)) {
        return new Place(name.replace(part, "attn.in_proj_"), thirds[i]);
      }
    }
    return same(name);
  }

  private static Place same(String name) {
    return new Place(name, Change.NONE);
  }
}
