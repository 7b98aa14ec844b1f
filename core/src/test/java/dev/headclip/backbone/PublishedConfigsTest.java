package dev.headclip.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.testing.TinyModel;
import dev.headclip.weights.DType;
import dev.headclip.weights.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What publishers write beside their weights, in every place, and what they leave out. */
class PublishedConfigsTest {
  @TempDir private Path dir;
  private Path clip;

  @BeforeEach
  void prepare() {
    clip = TinyModel.backbone(dir.resolve("clip"));
  }

  private float mean(String file, String json) throws IOException {
    Files.deleteIfExists(clip.resolve("preprocessor_config.json"));
    Files.writeString(clip.resolve(file), json);
    try (Backbone b = Backbone.open(clip)) {
      return b.normalization().mean()[0];
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "preprocessor_config.json | {'image_mean': [0.5,0.5,0.5], 'image_std': [0.5,0.5,0.5]}",
        "processor_config.json | {'image_processor': {'image_mean': [0.5,0.5,0.5], 'image_std': [0.5,0.5,0.5]}}",
        "open_clip_config.json | {'preprocess_cfg': {'mean': [0.5,0.5,0.5], 'std': [0.5,0.5,0.5]}}"
      })
  void meanAndDeviationAreFoundWhereverTheyStand(String file, String json) throws IOException {
    assertThat(mean(file, json.replace('\'', '"'))).isEqualTo(0.5f);
  }

  @Test
  void pixelsThatAreNotNormalisedStayAsTheyAre() throws IOException {
    assertThat(mean("preprocessor_config.json", "{\"do_normalize\": false}")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'image_mean': ['a','b','c']}",
        "{'image_mean': [true,true,true]}",
        "{'image_mean': [0.5,0.5]}",
        "{'image_mean': {'r':0,'g':0,'b':0}}",
        "{'image_mean': [0.5,0.5,0.5], 'rescale_factor': 1}",
        "{'image_mean': [0.5,0.5,0.5], 'do_normalize': 'yes'}",
        "{'image_mean': [0.5,0.5,0.5], 'image_mean': [0,0,0]}"
      })
  void whatIsNoMeanIsRefusedByName(String json) {
    assertThatThrownBy(() -> mean("preprocessor_config.json", json.replace('\'', '"')))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("preprocessor_config.json")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @ParameterizedTest
  @CsvSource({
    "hidden_act, 7",
    "layer_norm_eps, \"abc\"",
    "num_hidden_layers, 2.5",
    "hidden_size, \"64\"",
    "patch_size, true"
  })
  void aFieldOfAnotherTypeIsRefusedByName(String field, String value) throws IOException {
    Path config = clip.resolve("config.json");
    String wrong = "\"vision_config\":{\"%s\":%s,".formatted(field, value);
    Files.writeString(
        config, Files.readString(config).replaceFirst("\"vision_config\" *: *\\{", wrong));
    assertThatThrownBy(() -> Backbone.open(clip))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'model_type': 'siglip'} | SigLIP's towers have no class token",
        "{'model_type': 'chinese_clip'} | model_type is \"chinese_clip\", expected \"clip\""
      })
  void otherModelsOfHuggingFaceAreNamed(String json, String message) throws IOException {
    Files.writeString(clip.resolve("config.json"), json.replace('\'', '"'));
    refused(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vision_cfg | 'timm_model_name': 'vit_base_patch16_siglip_224' | SigLIP, which is not supported",
        "vision_cfg | 'layers': [3,4,6,3] | a ResNet",
        "vision_cfg | 'no_ln_pre': true | vision_cfg.no_ln_pre is true, expected false",
        "vision_cfg | 'pool_type': 'avg' | expected \"tok\"",
        "vision_cfg | 'ls_init_value': 0.1 | expected none",
        "vision_cfg | 'image_size': [224,240] | image_size",
        "vision_cfg | 'head_width': 0 | head_width is 0",
        "text_cfg | 'hf_model_name': 'xlm-roberta-base' | a text tower of Hugging Face's",
        "text_cfg | 'pool_type': 'last' | expected \"argmax\"",
        "text_cfg | 'act_kwargs': {'approximate': 'tanh'} | text_cfg.act_kwargs"
      })
  void networksThatAreNotClipsAreRefusedByTheirField(String tower, String field, String message)
      throws IOException {
    Files.delete(clip.resolve("config.json"));
    Files.writeString(
        clip.resolve("open_clip_config.json"),
        "{\"model_cfg\": {\"%s\": {%s}}}".formatted(tower, field.replace('\'', '"')));
    refused(message);
  }

  private void refused(String message) {
    assertThatThrownBy(() -> Backbone.open(clip))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void whatOpenClipWritesOutThoughItIsTheDefaultIsRead() {
    ClipConfig c =
        OpenClipConfig.parse(
            json(
                "{'embed_dim': 512, 'init_logit_bias': -10, 'vision_cfg': {'image_size': [224,224], 'layers': 12,"
                    + " 'width': 768, 'patch_size': 16, 'patch_dropout': 0.5, 'no_ln_pre': false, 'pool_type': 'tok',"
                    + " 'norm_kwargs': {'eps': 1e-6}, 'act_kwargs': null}, 'text_cfg': {'pool_type': 'argmax'}}"));
    assertThat(c.imageSize()).isEqualTo(224);
    assertThat(c.vision().epsilon()).isEqualTo(1e-6);
    assertThat(c.text().epsilon()).isEqualTo(1e-5);
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void weightsWithoutAConfigurationThatAreNoClipsAreNamed() {
    Map<String, TensorInfo> t = openClip("", 768, 512);
    t.remove("visual.conv1.weight");
    t.put("visual.trunk.blocks.0.norm1.weight", new TensorInfo(DType.F32, new long[] {768}));
    assertThatThrownBy(() -> ConfigInference.infer("f", t, Activation.GELU))
        .hasMessageContaining("timm");
  }

  @Test
  void theBiasOfSigLipsLossIsOfNoUse() {
    assertThat(CheckpointNames.ignored("logit_bias")).isTrue();
  }

  private static Map<String, TensorInfo> openClip(String prefix, int width, int textWidth) {
    Map<String, TensorInfo> t = new LinkedHashMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("visual.conv1.weight", new long[] {width, 3, 14, 14});
    shapes.put("visual.positional_embedding", new long[] {257, width});
    shapes.put("token_embedding.weight", new long[] {49408, textWidth});
    shapes.put("positional_embedding", new long[] {77, textWidth});
    shapes.put("text_projection", new long[] {textWidth, 1024});
    shapes.put("visual.transformer.resblocks.0.mlp.c_fc.weight", new long[] {4 * width, width});
    shapes.put("transformer.resblocks.0.mlp.c_fc.weight", new long[] {4 * textWidth, textWidth});
    shapes.forEach((n, s) -> t.put(prefix + n, new TensorInfo(DType.F32, s)));
    return t;
  }

  @ParameterizedTest
  @CsvSource({
    "1280, 16, 1024, 16", // ViT-H-14
    "1408, 16, 1024, 16", // ViT-g-14
    "1664, 16, 1280, 20", // ViT-bigG-14
    "1792, 16, 1280, 20", // ViT-e-14
    "1024, 16, 768, 12", // ViT-L-14
    "768, 12, 512, 8"
  })
  void headsOfLargeTowersAreKnown(int width, int heads, int textWidth, int textHeads) {
    ClipConfig c = ConfigInference.infer("f", openClip("", width, textWidth), Activation.GELU);
    assertThat(c.vision().heads()).isEqualTo(heads);
    assertThat(c.text().heads()).isEqualTo(textHeads);
  }

  @Test
  void whatATrainingKeepsBesideTheWeightsIsNoneOfThem() {
    Map<String, TensorInfo> t = openClip("state_dict.module.", 768, 512);
    t.put("optimizer.state.0.exp_avg", new TensorInfo(DType.F32, new long[] {1}));
    t.put("scaler.scale", new TensorInfo(DType.F32, new long[] {1}));
    assertThat(CheckpointNames.plainNames(t))
        .hasSize(7)
        .containsKey("visual.conv1.weight")
        .doesNotContainKey("optimizer.state.0.exp_avg");
  }

  @Test
  void whatWasAssumedIsSaidAndCanBeAskedForOtherwise() throws IOException {
    Files.delete(clip.resolve("config.json"));
    Files.deleteIfExists(clip.resolve("preprocessor_config.json"));
    try (Backbone b = Backbone.open(clip, Optional.of(Activation.GELU))) {
      assertThat(b.config().vision().activation()).isEqualTo(Activation.GELU);
      assertThat(b.assumed())
          .hasSize(2)
          .anySatisfy(a -> assertThat(a).contains("exact GELU as asked for", "heads"))
          .anySatisfy(a -> assertThat(a).contains("mean and deviation"));
    }
  }
}
