package dev.headclip.method.anomalyclip;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.FrozenPart;
import dev.headclip.method.Imported;
import dev.headclip.method.Learnable;
import dev.headclip.method.Method;
import dev.headclip.method.Network;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.local.LocalNetwork;
import dev.headclip.method.local.LocalPath;
import dev.headclip.method.local.OutputLayers;
import dev.headclip.method.prompt.LearnedPrompts;
import dev.headclip.method.prompt.PromptSettings;
import dev.headclip.settings.Schema;
import dev.headclip.weights.TensorSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * AnomalyCLIP (zqhang/AnomalyCLIP at 45ed4dd): learned prompts without class names, learned tokens
 * in the early text layers, maps from value-value attention; the score is the global one. Facts:
 * docs/spec/anomalyclip.md.
 */
public final class AnomalyClip implements Method<AnomalyClipSettings> {
  @Override
  public String name() {
    return "anomalyclip";
  }

  @Override
  public String description() {
    return "learned prompts and value-value attention; the score is the global one";
  }

  @Override
  public Class<AnomalyClipSettings> settings() {
    return AnomalyClipSettings.class;
  }

  @Override
  public AnomalyClipSettings defaults(ClipConfig config) {
    int layers = config.vision().layers();
    Map<String, Object> dependent = new LinkedHashMap<>(PromptSettings.defaultsFor(config));
    dependent.put("image_size", config.inputSize());
    dependent.put("csa", LocalPath.defaultLayers(layers));
    dependent.put("output_layers", List.of(layers));
    // AnomalyCLIP.py:246
    dependent.put("deep_half_round", true);
    return Schema.of(AnomalyClipSettings.class).defaults(dependent);
  }

  /**
   * official: one layer, loss weight 4 (the scripts since April 2025). paper: four layers, weight
   * 1, maps added, as the paper words it. aliased: what the code before that really computed, the
   * last layer four times.
   */
  @Override
  public Map<String, Map<String, ?>> presets(ClipConfig config) {
    int last = config.vision().layers();
    return Map.of(
        "official",
        Map.of("output_layers", List.of(last), "local_loss_weight", 4.0, "layer_maps", "sum"),
        "paper",
        Map.of(
            "output_layers",
            OutputLayers.quarters(last),
            "local_loss_weight",
            1.0,
            "layer_maps",
            "sum"),
        "aliased",
        Map.of(
            "output_layers",
            Collections.nCopies(4, last),
            "local_loss_weight",
            1.0,
            "layer_maps",
            "sum"));
  }

  @Override
  public ScoreSettings scores() {
    return ScoreSettings.of(Map.of("lambda", 0.0));
  }

  @Override
  public void check(AnomalyClipSettings s, ClipConfig config) {
    OutputLayers.check(s.csa(), s.outputLayers(), config.vision().layers());
    s.prompts().check(config);
  }

  @Override
  public Set<String> counting() {
    return Set.of(PromptSettings.DEEP_LAYERS);
  }

  @Override
  public Map<String, Object> shown(
      AnomalyClipSettings s, Map<String, long[]> shapes, Predicate<String> said) {
    return s.prompts().shown(shapes, said);
  }

  @Override
  public List<Learnable> learned(AnomalyClipSettings s, ClipConfig config) {
    return LearnedPrompts.learned(s.prompts(), config);
  }

  @Override
  public <T> Network<T> network(AnomalyClipSettings s, Clip<T> clip) {
    return new LocalNetwork<>(clip, wiring(s), new LearnedPrompts<>(clip, s.prompts()));
  }

  @Override
  public FrozenPart frozenPart(AnomalyClipSettings s) {
    return wiring(s).frozenPart();
  }

  private static LocalNetwork.Wiring wiring(AnomalyClipSettings s) {
    LocalPath path = LocalPath.of(s.csa());
    return new LocalNetwork.Wiring(
        s.localFfn() ? Schema.with(path, "local_ffn", true) : path,
        s.outputLayers(),
        s.layerMaps() == AnomalyClipSettings.LayerMaps.SUM,
        s.temperature(),
        s.clsLnPost(),
        false,
        s.localLossWeight());
  }

  /**
   * {@code {"prompt_learner": ...}} as train.py:114 saves it, and as its descendants do; the rest
   * of it is frozen rows of CLIP, and projections that are never used.
   */
  @Override
  public Optional<Imported> imported(TensorSource checkpoint) {
    return PromptCheckpoint.read(checkpoint);
  }
}
