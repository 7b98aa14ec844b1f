package dev.headclip.method.headclip;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.FirstValue;
import dev.headclip.method.FrozenPart;
import dev.headclip.method.Learnable;
import dev.headclip.method.Method;
import dev.headclip.method.Network;
import dev.headclip.method.local.LocalNetwork;
import dev.headclip.method.local.LocalPath;
import dev.headclip.method.local.OutputLayers;
import dev.headclip.method.prompt.LearnedPrompts;
import dev.headclip.method.prompt.PromptSettings;
import dev.headclip.settings.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * HeadCLIP (arXiv 2505.22259): learned prompts, learned tokens in the early text layers, and a
 * learned weight for every head of the local path. Reconstruction and open choices:
 * docs/spec/headclip.md.
 */
public final class HeadClip implements Method<HeadClipSettings> {
  @Override
  public String name() {
    return "headclip";
  }

  @Override
  public String description() {
    return "learned prompts and a learned weight for every head of the local path";
  }

  @Override
  public Class<HeadClipSettings> settings() {
    return HeadClipSettings.class;
  }

  @Override
  public HeadClipSettings defaults(ClipConfig config) {
    int layers = config.vision().layers();
    Map<String, Object> dependent = new LinkedHashMap<>(PromptSettings.defaultsFor(config));
    dependent.put("image_size", config.inputSize());
    dependent.put("csa", LocalPath.defaultLayers(layers));
    dependent.put("output_layers", List.of(layers));
    return Schema.of(HeadClipSettings.class).defaults(dependent);
  }

  @Override
  public void check(HeadClipSettings s, ClipConfig config) {
    int layers = config.vision().layers();
    OutputLayers.check(s.localPath().csa(), s.outputLayers(), layers);
    s.prompts().check(config);
  }

  @Override
  public Map<String, Object> implied(HeadClipSettings s, Predicate<String> given) {
    // every CSA layer has its own map under A4
    boolean perLayer = s.localPath().aggregate() == LocalPath.Aggregate.PER_LAYER_MAPS;
    return perLayer && given.test("aggregate") && !given.test("output_layers")
        ? Map.of("output_layers", s.localPath().csa().layers())
        : Map.of();
  }

  @Override
  public Set<String> counting() {
    return Set.of(PromptSettings.DEEP_LAYERS, LocalNetwork.HEAD_WEIGHTS);
  }

  @Override
  public Map<String, Object> shown(
      HeadClipSettings s, Map<String, long[]> shapes, Predicate<String> said) {
    Map<String, Object> found = new LinkedHashMap<>(s.prompts().shown(shapes, said));
    if (!said.test(LocalNetwork.HEAD_WEIGHTS)) {
      found.put(LocalNetwork.HEAD_WEIGHTS, shapes.containsKey(LocalNetwork.HEAD_WEIGHTS));
    }
    return found;
  }

  @Override
  public List<Learnable> learned(HeadClipSettings s, ClipConfig config) {
    List<Learnable> all = new ArrayList<>(LearnedPrompts.learned(s.prompts(), config));
    if (s.headWeights()) {
      FirstValue first = new FirstValue.Normal(s.headWeightStart(), s.headWeightStartSd());
      long heads = config.vision().heads();
      all.add(
          Learnable.of(LocalNetwork.HEAD_WEIGHTS, first, s.localPath().layers(), heads)
              .withRate(s.headWeightLr()));
    }
    return all;
  }

  @Override
  public <T> Network<T> network(HeadClipSettings s, Clip<T> clip) {
    return new LocalNetwork<>(clip, wiring(s), new LearnedPrompts<>(clip, s.prompts()));
  }

  @Override
  public FrozenPart frozenPart(HeadClipSettings s) {
    return wiring(s).frozenPart();
  }

  private static LocalNetwork.Wiring wiring(HeadClipSettings s) {
    return new LocalNetwork.Wiring(
        s.localPath(),
        s.outputLayers(),
        false,
        s.temperature(),
        s.clsLnPost(),
        s.headWeights(),
        s.localLossWeight());
  }
}
