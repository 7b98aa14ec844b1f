package dev.headclip.clip;

import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors of a CLIP under their Hugging Face names, our canonical ones, with their shapes. */
public final class ClipNames {
  public static final String TOKEN_EMBEDDING = "text_model.embeddings.token_embedding.weight";
  public static final String TEXT_POSITION = "text_model.embeddings.position_embedding.weight";
  public static final String TEXT_LAYERS = "text_model.encoder.layers.";
  public static final String FINAL_NORM = "text_model.final_layer_norm";
  public static final String TEXT_PROJECTION = "text_projection.weight";
  public static final String CLASS_EMBEDDING = "vision_model.embeddings.class_embedding";
  public static final String PATCH_EMBEDDING = "vision_model.embeddings.patch_embedding.weight";
  public static final String VISION_POSITION = "vision_model.embeddings.position_embedding.weight";

  /** "layrnorm" is how Hugging Face spells it. */
  public static final String PRE_NORM = "vision_model.pre_layrnorm";

  public static final String VISION_LAYERS = "vision_model.encoder.layers.";
  public static final String POST_NORM = "vision_model.post_layernorm";
  public static final String VISUAL_PROJECTION = "visual_projection.weight";
  public static final String LOGIT_SCALE = "logit_scale";

  private ClipNames() {}

  /** Every tensor that a backbone of these sizes has, in a fixed order. */
  public static Map<String, long[]> shapes(ClipConfig c) {
    Map<String, long[]> all = new LinkedHashMap<>();
    all.put(LOGIT_SCALE, new long[0]);
    int t = c.text().width();
    all.put(TOKEN_EMBEDDING, new long[] {c.vocabulary(), t});
    all.put(TEXT_POSITION, new long[] {c.context(), t});
    blocks(all, TEXT_LAYERS, c.text());
    norm(all, FINAL_NORM, t);
    all.put(TEXT_PROJECTION, new long[] {c.embed(), t});
    int v = c.vision().width();
    all.put(CLASS_EMBEDDING, new long[] {v});
    all.put(PATCH_EMBEDDING, new long[] {v, 3, c.patchSize(), c.patchSize()});
    all.put(VISION_POSITION, new long[] {(long) c.grid() * c.grid() + 1, v});
    norm(all, PRE_NORM, v);
    blocks(all, VISION_LAYERS, c.vision());
    norm(all, POST_NORM, v);
    all.put(VISUAL_PROJECTION, new long[] {c.embed(), v});
    return all;
  }

  private static void norm(Map<String, long[]> all, String name, int width) {
    all.put(name + ".weight", new long[] {width});
    all.put(name + ".bias", new long[] {width});
  }

  private static void blocks(Map<String, long[]> all, String prefix, TowerConfig c) {
    for (int i = 0; i < c.layers(); i++) {
      String p = prefix + i + ".";
      for (String part : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        linear(all, p + "self_attn." + part, c.width(), c.width());
      }
      norm(all, p + "layer_norm1", c.width());
      norm(all, p + "layer_norm2", c.width());
      linear(all, p + "mlp.fc1", c.width(), c.hidden());
      linear(all, p + "mlp.fc2", c.hidden(), c.width());
    }
  }

  private static void linear(Map<String, long[]> all, String name, int in, int out) {
    all.put(name + ".weight", new long[] {out, in});
    all.put(name + ".bias", new long[] {out});
  }
}
