package dev.headclip.method.adaclip;

import dev.headclip.clip.Activation;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.FirstValue;
import dev.headclip.method.FrozenPart;
import dev.headclip.method.Imported;
import dev.headclip.method.Learnable;
import dev.headclip.method.Method;
import dev.headclip.method.Network;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.method.SourceScoring;
import dev.headclip.method.TrainSettings;
import dev.headclip.method.local.OutputLayers;
import dev.headclip.settings.Schema;
import dev.headclip.settings.SettingException;
import dev.headclip.weights.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * AdaCLIP (caoyunkang/AdaCLIP at e27ee32): static prompts and ones made from the image in both
 * towers, learned projections, and a fusion of the most abnormal patches. Facts:
 * docs/spec/adaclip.md. Learned tensors have the names of its checkpoints, without {@code
 * clip_model.}
 */
public final class AdaClip implements Method<AdaClipSettings> {
  static final String STATIC_TEXT = "text_prompter.static_prompts.";
  static final String STATIC_VISUAL = "visual_prompter.static_prompts.";
  static final String PATCH_HEAD = "patch_token_layer.head.";
  static final String CLS_HEAD = "cls_token_layer.head.";
  static final String DYNAMIC_VISUAL = "dynamic_visual_prompt_generator.head.";
  static final String DYNAMIC_TEXT = "dynamic_text_prompt_generator.head.";

  private static final double DEVIATION = 0.02;

  @Override
  public String name() {
    return "adaclip";
  }

  @Override
  public String description() {
    return "prompts in both towers, in part made from the image; learned projections";
  }

  @Override
  public Class<AdaClipSettings> settings() {
    return AdaClipSettings.class;
  }

  @Override
  public AdaClipSettings defaults(ClipConfig config) {
    return Schema.of(AdaClipSettings.class)
        .defaults(
            Map.of(
                "image_size",
                config.inputSize(),
                "output_layers",
                OutputLayers.quarters(config.vision().layers())));
  }

  @Override
  public ScoreSettings scores() {
    return ScoreSettings.of(Map.of("lambda", 0.0));
  }

  /**
   * AdamW at 0.01, one image a step, five epochs, mosaics of MVTec AD; the epoch that is best on a
   * second set's pixels (train.py:17, 96-127, 155-177, trainer.py:87, dataset/mvtec.py:15).
   */
  @Override
  public TrainSettings training() {
    return TrainSettings.of(
        Map.of(
            "epochs",
            5,
            "batch",
            1,
            "lr",
            0.01,
            "weight_decay",
            0.01,
            "mosaic",
            0.2,
            "select_by",
            "pixel_f1max"));
  }

  @Override
  public boolean wantsClassName() {
    return true;
  }

  @Override
  public void check(AdaClipSettings s, ClipConfig config) {
    int layers = config.vision().layers();
    if (s.outputLayers().stream().anyMatch(l -> l > layers)) {
      throw new SettingException(
          "output_layers", s.outputLayers(), "up to the backbone's " + layers);
    }
    if (!s.outputLayers().equals(s.outputLayers().stream().sorted().distinct().toList())) {
      throw new SettingException("output_layers", s.outputLayers(), "each once, in their order");
    }
    int fewest = Math.min(layers, config.text().layers());
    if (s.promptDepth() > fewest) {
      throw new SettingException(
          "prompt_depth", s.promptDepth(), "up to the backbone's %d layers".formatted(fewest));
    }
  }

  @Override
  public List<Learnable> learned(AdaClipSettings s, ClipConfig config) {
    int text = config.text().width();
    int width = config.vision().width();
    int embed = config.embed();
    List<Learnable> all = new ArrayList<>();
    prompts(all, STATIC_TEXT, s, text);
    prompts(all, STATIC_VISUAL, s, width);
    IntStream.range(0, s.outputLayers().size())
        .forEach(i -> linear(all, PATCH_HEAD + i, width, embed));
    linear(all, CLS_HEAD + 0, embed, embed);
    IntStream.range(0, s.promptLength())
        .forEach(i -> linear(all, DYNAMIC_VISUAL + i, embed, width));
    IntStream.range(0, s.promptLength()).forEach(i -> linear(all, DYNAMIC_TEXT + i, embed, text));
    return all;
  }

  private static void prompts(List<Learnable> to, String name, AdaClipSettings s, int width) {
    for (int j = 0; j < s.promptDepth(); j++) {
      to.add(Learnable.of(name + j, FirstValue.normal(DEVIATION), s.promptLength(), width));
    }
  }

  /** As PyTorch's Linear starts. */
  private static void linear(List<Learnable> to, String name, int in, int out) {
    FirstValue first = FirstValue.uniform(1 / Math.sqrt(in));
    to.add(Learnable.of(name + ".weight", first, out, in));
    to.add(Learnable.of(name + ".bias", first, out));
  }

  @Override
  public Set<String> counting() {
    return Set.of("prompt_depth");
  }

  @Override
  public Map<String, Object> shown(
      AdaClipSettings s, Map<String, long[]> shapes, Predicate<String> said) {
    Map<String, Object> found = new LinkedHashMap<>();
    long depth =
        IntStream.iterate(0, i -> i + 1)
            .takeWhile(i -> shapes.containsKey(STATIC_VISUAL + i))
            .count();
    long[] first = shapes.getOrDefault(STATIC_VISUAL + 0, new long[0]);
    if (depth > 0 && !said.test("prompt_depth")) {
      found.put("prompt_depth", (int) depth);
    }
    if (first.length == 2 && first[0] >= 1 && first[0] <= 64 && !said.test("prompt_length")) {
      found.put("prompt_length", (int) first[0]);
    }
    return found;
  }

  @Override
  public <T> Network<T> network(AdaClipSettings s, Clip<T> clip) {
    return network(s, clip, SemanticFusion.kMeans(s.hsfSeed()));
  }

  /** With another clustering of the semantic fusion. */
  public <T> Network<T> network(AdaClipSettings s, Clip<T> clip, Clustering clustering) {
    Clip<T> run =
        s.activation() == AdaClipSettings.Towers.GELU
            ? new Clip<>(clip.config().with(Activation.GELU), clip.weights(), clip.tokenizer())
            : clip;
    return new AdaClipNetwork<>(run, s, new SemanticFusion(s.hsfClusters(), clustering));
  }

  @Override
  public boolean readsValues(AdaClipSettings s) {
    return s.hsfClusters() > 0;
  }

  @Override
  public FrozenPart frozenPart(AdaClipSettings s) {
    return new FrozenPart(
        "adaclip " + s.activation(),
        "prompts enter the first layers: the tower runs in every epoch, but for its plain pass");
  }

  @Override
  public Scoring scoring(AdaClipSettings s, ScoreSettings scores, int grid) {
    return SourceScoring.asRead(scores, x -> new AdaClipScoring(x, grid, s.imageSize()));
  }

  /** A plain dictionary of learned tensors (trainer.py:69-98). */
  @Override
  public Optional<Imported> imported(TensorSource checkpoint) {
    return AdaClipCheckpoint.read(checkpoint);
  }
}
