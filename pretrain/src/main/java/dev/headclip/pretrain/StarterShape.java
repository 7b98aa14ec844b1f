package dev.headclip.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.TowerConfig;
import dev.headclip.image.Normalization;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.synth.BpeLearner;
import dev.headclip.synth.Captions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.TokenizerJson;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The starter model's sizes, first weights and files. */
final class StarterShape {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONTEXT = 77;

  /** Side of a patch, pixels. */
  static final int PATCH = 16;

  /** Of the captions' words. */
  static final List<String> MERGES = BpeLearner.merges(Captions.corpus());

  private StarterShape() {}

  /** The shipped starter's width. */
  static final int WIDTH = 192;

  static final int HEAD = 32;

  static ClipConfig config(int imageSize) {
    return config(imageSize, WIDTH);
  }

  /** Of another width of the image tower, a multiple of a head's 32. */
  static ClipConfig config(int imageSize, int width) {
    int vocabulary = 512 + MERGES.size() + 2;
    return new ClipConfig(
        new TowerConfig(width, 8, width / HEAD, 4 * width, Activation.GELU, 1e-5),
        imageSize,
        PATCH,
        new TowerConfig(96, 4, 4, 384, Activation.GELU, 1e-5),
        CONTEXT,
        vocabulary,
        128);
  }

  /** First weights as CLIP's (OpenAI's model.py:299-326): normal, narrower with width and depth. */
  static Map<String, HostTensor> initial(ClipConfig c, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    Map<String, HostTensor> all = new LinkedHashMap<>();
    ClipNames.shapes(c)
        .forEach(
            (name, shape) -> {
              HostTensor t = HostTensor.zeros(shape);
              double std = deviation(c, name, shape);
              for (int i = 0; i < t.data().length; i++) {
                t.data()[i] = (float) (std * r.nextGaussian());
              }
              if (name.equals(ClipNames.LOGIT_SCALE)) {
                t.data()[0] = (float) Math.log(1 / 0.07);
              } else if (shape.length == 1 && name.endsWith("norm1.weight")
                  || shape.length == 1 && name.contains("norm") && name.endsWith(".weight")) {
                java.util.Arrays.fill(t.data(), 1);
              }
              all.put(name, t);
            });
    mimic(c.vision(), all);
    all.put(ClipNames.VISION_POSITION, waves(c, all.get(ClipNames.VISION_POSITION)));
    return all;
  }

  /**
   * Attention starts as trained towers end (Trockman and Kolter, "Mimetic initialization of
   * self-attention layers", 2023): queries and keys alike, so that a token attends to those like
   * it; projected values the negative of what they were read from.
   */
  private static void mimic(TowerConfig tower, Map<String, HostTensor> all) {
    int w = tower.width();
    for (int l = 0; l < tower.layers(); l++) {
      String attention = ClipNames.VISION_LAYERS + l + ".self_attn.";
      float[] q = all.get(attention + "q_proj.weight").data();
      float[] k = all.get(attention + "k_proj.weight").data();
      for (int i = 0; i < q.length; i++) {
        k[i] = 0.7f * q[i] + 0.7f * k[i];
      }
      float[] v = all.get(attention + "v_proj.weight").data();
      float[] o = all.get(attention + "out_proj.weight").data();
      for (int i = 0; i < w; i++) {
        for (int j = 0; j < w; j++) {
          o[i * w + j] += -0.4f * v[j * w + i];
        }
      }
    }
  }

  /** Positions as sines and cosines of both axes, so that near tokens are alike from the start. */
  private static HostTensor waves(ClipConfig c, HostTensor random) {
    int w = c.vision().width();
    int g = c.grid();
    for (int t = 0; t < g * g; t++) {
      for (int i = 0; i < w; i++) {
        int axis = i / (w / 2);
        int k = i % (w / 2) / 2;
        double at = axis == 0 ? t / g : t % g;
        double angle = at / Math.pow(100, k / (w / 4.0));
        double wave = i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
        random.data()[(1 + t) * w + i] += (float) (0.25 * wave);
      }
    }
    return random;
  }

  private static double deviation(ClipConfig c, String name, long[] shape) {
    boolean text = name.startsWith("text");
    int layers = text ? c.text().layers() : c.vision().layers();
    if (name.endsWith(".bias") || name.contains("norm") || name.equals(ClipNames.LOGIT_SCALE)) {
      return 0;
    }
    // larger than CLIP's 0.02: a step of the optimiser must stay small beside them
    if (name.equals(ClipNames.TOKEN_EMBEDDING) || name.equals(ClipNames.CLASS_EMBEDDING)) {
      return 0.5;
    }
    if (name.contains("position_embedding")) {
      return 0.1;
    }
    if (name.equals(ClipNames.PATCH_EMBEDDING)) {
      return 0.02;
    }
    double base = Math.pow(shape[shape.length - 1], -0.5);
    boolean residual = name.contains("out_proj") || name.contains("fc2");
    return residual ? base * Math.pow(2.0 * layers, -0.5) : base;
  }

  /** The file tokenizer.json. */
  static String tokenizer() {
    return TokenizerJson.of(MERGES);
  }

  /** Writes the Hugging Face folder. */
  static void write(Path folder, ClipConfig c, Map<String, HostTensor> weights, String provenance) {
    AtomicFiles.writeText(folder.resolve("tokenizer.json"), tokenizer());
    AtomicFiles.writeText(folder.resolve("config.json"), configJson(c).toPrettyString() + "\n");
    AtomicFiles.writeText(
        folder.resolve("preprocessor_config.json"), preprocessorJson(c).toPrettyString() + "\n");
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        weights,
        Map.of("format", "pt", "headclip_pretraining", provenance),
        true);
  }

  private static ObjectNode configJson(ClipConfig c) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add("CLIPModel");
    root.put("model_type", "clip").put("projection_dim", c.embed());
    root.put("logit_scale_init_value", 2.6592);
    ObjectNode text = tower(root.putObject("text_config"), "clip_text_model", c.text(), c.embed());
    text.put("max_position_embeddings", c.context()).put("vocab_size", c.vocabulary());
    text.put("bos_token_id", c.vocabulary() - 2).put("eos_token_id", c.vocabulary() - 1);
    ObjectNode vision =
        tower(root.putObject("vision_config"), "clip_vision_model", c.vision(), c.embed());
    vision.put("image_size", c.imageSize()).put("patch_size", c.patchSize());
    return root;
  }

  private static ObjectNode tower(ObjectNode n, String type, TowerConfig t, int embed) {
    return n.put("model_type", type)
        .put("hidden_size", t.width())
        .put("intermediate_size", t.hidden())
        .put("num_hidden_layers", t.layers())
        .put("num_attention_heads", t.heads())
        .put("hidden_act", t.activation().key())
        .put("layer_norm_eps", t.epsilon())
        .put("projection_dim", embed);
  }

  private static ObjectNode preprocessorJson(ClipConfig c) {
    ObjectNode root = JSON.createObjectNode();
    root.put("do_resize", true).put("resample", 3);
    root.putObject("size").put("shortest_edge", c.imageSize());
    root.put("do_normalize", true).put("do_convert_rgb", true);
    for (float m : Normalization.clip().mean()) {
      root.withArray("image_mean").add(m);
    }
    for (float s : Normalization.clip().std()) {
      root.withArray("image_std").add(s);
    }
    return root.put("image_processor_type", "CLIPImageProcessor");
  }
}
