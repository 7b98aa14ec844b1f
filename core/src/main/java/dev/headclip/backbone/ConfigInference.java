package dev.headclip.backbone;

import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import dev.headclip.weights.TensorInfo;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Sizes from the weights themselves (OpenAI's model.py:399-428), for files without a config. The
 * number of heads is not in the weights: OpenAI's rule is width / 64, and the image towers of
 * open_clip's ViT-H, g, bigG and e have 16.
 */
final class ConfigInference {
  private final String file;
  private final Map<String, String> plain;
  private final Map<String, TensorInfo> tensors;

  private ConfigInference(String file, Map<String, TensorInfo> tensors) {
    this.file = file;
    this.tensors = tensors;
    this.plain = CheckpointNames.plainNames(tensors);
  }

  static ClipConfig infer(String file, Map<String, TensorInfo> tensors, Activation activation) {
    ConfigInference i = new ConfigInference(file, tensors);
    return CheckpointNames.openAi(tensors.keySet())
        ? i.openAi(activation)
        : i.huggingFace(activation);
  }

  private ClipConfig openAi(Activation activation) {
    long[] conv = shape("visual.conv1.weight", 4);
    long[] position = shape("visual.positional_embedding", 2);
    long[] tokens = shape("token_embedding.weight", 2);
    return config(
        conv,
        position,
        tokens,
        shape("positional_embedding", 2)[0],
        shape("text_projection", 2)[1],
        layers("visual.transformer.resblocks."),
        shape("visual.transformer.resblocks.0.mlp.c_fc.weight", 2)[0],
        layers("transformer.resblocks."),
        shape("transformer.resblocks.0.mlp.c_fc.weight", 2)[0],
        activation);
  }

  private ClipConfig huggingFace(Activation activation) {
    return config(
        shape("vision_model.embeddings.patch_embedding.weight", 4),
        shape("vision_model.embeddings.position_embedding.weight", 2),
        shape("text_model.embeddings.token_embedding.weight", 2),
        shape("text_model.embeddings.position_embedding.weight", 2)[0],
        shape("text_projection.weight", 2)[0],
        layers("vision_model.encoder.layers."),
        shape("vision_model.encoder.layers.0.mlp.fc1.weight", 2)[0],
        layers("text_model.encoder.layers."),
        shape("text_model.encoder.layers.0.mlp.fc1.weight", 2)[0],
        activation);
  }

  private ClipConfig config(
      long[] conv,
      long[] position,
      long[] tokens,
      long context,
      long embed,
      int visionLayers,
      long visionHidden,
      int textLayers,
      long textHidden,
      Activation activation) {
    int patch = (int) conv[3];
    int grid = (int) Math.round(Math.sqrt(position[0] - 1.0));
    try {
      return new ClipConfig(
          tower(conv[0], visionLayers, visionHeads(conv[0]), visionHidden, activation),
          grid * patch,
          patch,
          tower(tokens[1], textLayers, textHeads(tokens[1]), textHidden, activation),
          (int) context,
          (int) tokens[0],
          (int) embed);
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Widths of open_clip's large image towers, whose heads are wider. */
  private static final Set<Long> OF_16_HEADS = Set.of(1280L, 1408L, 1664L, 1792L);

  private static int visionHeads(long width) {
    return OF_16_HEADS.contains(width) ? 16 : textHeads(width);
  }

  private static int textHeads(long width) {
    return (int) Math.max(1, width / 64);
  }

  private static TowerConfig tower(
      long width, int layers, int heads, long hidden, Activation activation) {
    return new TowerConfig((int) width, layers, heads, (int) hidden, activation, 1e-5);
  }

  private long[] shape(String name, int rank) {
    String stored = plain.get(name);
    if (stored == null) {
      throw new HeadClipException(
          "%s: no tensor %s, expected the weights of a CLIP%s"
              .formatted(file, name, ForeignTowers.hint(plain.keySet())));
    }
    long[] shape = tensors.get(stored).shape();
    if (shape.length != rank) {
      throw new HeadClipException(
          "%s: tensor %s has shape %s, expected %d axes"
              .formatted(file, stored, TensorInfo.text(shape), rank));
    }
    return shape;
  }

  private int layers(String prefix) {
    Pattern p = Pattern.compile(Pattern.quote(prefix) + "(\\d+)\\..*");
    Set<String> found =
        plain.keySet().stream()
            .map(p::matcher)
            .filter(java.util.regex.Matcher::matches)
            .map(m -> m.group(1))
            .collect(java.util.stream.Collectors.toSet());
    return found.size();
  }
}
