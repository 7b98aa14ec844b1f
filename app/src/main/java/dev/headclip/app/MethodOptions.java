package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.PromptSettings;
import dev.headclip.method.Templates;
import dev.headclip.method.TopPixels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Every reading that HeadCLIP's paper leaves open, as a flag of {@code train}. */
final class MethodOptions {
  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side of the network's input (default: 518, or the backbone's own).")
  private Optional<Integer> imageSize;

  @Option(
      names = "--csa",
      paramLabel = "FIRST-LAST",
      description = "Layers with value-value attention (default: 6-24 of 24).")
  private Optional<String> csa;

  @Option(
      names = "--output-layers",
      split = ",",
      paramLabel = "L",
      description = "Layers whose features make maps (default: the last).")
  private List<Integer> outputLayers;

  @Option(
      names = "--aggregate",
      paramLabel = "NAME",
      description =
          "Reading of Eq. 6: residual, sum_no_skip, mean_states, per_layer_maps (default: residual).")
  private Optional<LocalPath.Aggregate> aggregate;

  @Option(
      names = "--state-norm",
      paramLabel = "none|ln_post",
      description = "Before mean_states averages (default: none).")
  private Optional<LocalPath.StateNorm> stateNorm;

  @Option(
      names = "--local-input",
      paramLabel = "global|self",
      description = "The stream that value-value attention reads (default: global).")
  private Optional<LocalPath.Input> localInput;

  @Option(names = "--local-ffn", description = "The local path has the blocks' MLPs.")
  private boolean localFfn;

  @Option(
      names = "--head-weight-constraint",
      paramLabel = "none|positive|softmax",
      description = "On the head weights before use (default: none).")
  private Optional<LocalPath.Constraint> constraint;

  @Option(
      names = "--scale-bias",
      description = "Scale the projection's bias by a layer's mean head weight.")
  private boolean scaleBias;

  @Option(
      names = "--weight-global",
      description = "The head weights scale the ordinary path of the same layers too.")
  private boolean weightGlobal;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Of every softmax over cosines (default: 0.07).")
  private Optional<Double> temperature;

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description = "Of the Gaussian over the map, network pixels (default: 4).")
  private Optional<Double> sigma;

  @Option(
      names = "--top-fraction",
      paramLabel = "F",
      description = "Share of the map's pixels in the local score (default: 0.03).")
  private Optional<Double> topFraction;

  @Option(
      names = "--top-count",
      paramLabel = "K",
      description = "Number of pixels instead of a share.")
  private Optional<Integer> topCount;

  @Option(
      names = "--top-raw",
      description = "They are of the map before the Gaussian (default: after).")
  private boolean topRaw;

  @Option(
      names = "--lambda",
      paramLabel = "L",
      description = "Weight of the local score in the joint one (default: 0.5).")
  private Optional<Double> lambda;

  @Option(
      names = "--cls-ln-post",
      description = "The global feature passes the tower's last normalisation.")
  private boolean clsLnPost;

  @Option(
      names = "--normal-template",
      paramLabel = "WORDS",
      description = "Words behind the learned tokens (default: object).")
  private Optional<String> normalTemplate;

  @Option(
      names = "--abnormal-template",
      paramLabel = "WORDS",
      description = "The same for anomalous images (default: damaged object).")
  private Optional<String> abnormalTemplate;

  @Option(
      names = "--prompt-length",
      paramLabel = "N",
      description = "Learned words in front of a template (default: 12).")
  private Optional<Integer> promptLength;

  @Option(
      names = "--deep-start",
      paramLabel = "LAYER",
      description = "First text layer with learned tokens of its own (default: 2).")
  private Optional<Integer> deepStart;

  @Option(
      names = "--deep-mode",
      paramLabel = "overwrite|insert",
      description = "How these enter the sequence (default: overwrite).")
  private Optional<DeepTokens.Mode> deepMode;

  @Option(
      names = "--half-round-prompts",
      description = "They pass through half precision, as in AnomalyCLIP's code.")
  private boolean halfRound;

  @Option(
      names = "--position",
      paramLabel = "NAME",
      description =
          "Resizing of position embeddings: bilinear, bicubic, bicubic_antialias (default: bilinear).")
  private Optional<PositionResize> position;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "Score from which an image is anomalous, stored (default: 0.5).")
  private Optional<Double> threshold;

  /** The settings for a backbone, checked against it. */
  HeadClipSettings settings(ClipConfig config) {
    HeadClipSettings d = HeadClipSettings.defaultsFor(config);
    if (topFraction.isPresent() && topCount.isPresent()) {
      throw new HeadClipException("--top-fraction and --top-count together; name one of them");
    }
    LocalPath path = localPath(d.localPath());
    HeadClipSettings s =
        new HeadClipSettings(
            imageSize.orElse(d.imageSize()),
            path,
            outputLayers == null ? path.defaultOutputs(d.outputLayers()) : outputLayers,
            temperature.orElse(d.temperature()),
            sigma.orElse(d.sigma()),
            top(d.top()),
            topRaw,
            lambda.orElse(d.lambda()),
            clsLnPost,
            new Templates(
                normalTemplate.orElse(d.templates().normal()),
                abnormalTemplate.orElse(d.templates().abnormal())),
            new PromptSettings(
                promptLength.orElse(d.prompts().length()),
                deepStart.orElse(d.prompts().deepStart()),
                deepMode.orElse(d.prompts().deepMode()),
                halfRound),
            position.orElse(d.position()),
            threshold.orElse(d.threshold()));
    s.checkAgainst(config);
    return s;
  }

  private TopPixels top(TopPixels absent) {
    return topCount
        .<TopPixels>map(TopPixels.Count::new)
        .or(() -> topFraction.map(TopPixels.Fraction::new))
        .orElse(absent);
  }

  private LocalPath localPath(LocalPath d) {
    int first = d.first();
    int last = d.last();
    if (csa.isPresent()) {
      if (!csa.get().matches("\\d{1,4}-\\d{1,4}")) {
        throw new HeadClipException(
            "--csa is %s, expected FIRST-LAST, as 6-24".formatted(csa.get()));
      }
      String[] ends = csa.get().split("-");
      first = Integer.parseInt(ends[0]);
      last = Integer.parseInt(ends[1]);
    }
    return new LocalPath(
        first,
        last,
        aggregate.orElse(d.aggregate()),
        stateNorm.orElse(d.stateNorm()),
        localInput.orElse(d.input()),
        localFfn,
        constraint.orElse(d.constraint()),
        scaleBias,
        weightGlobal);
  }

  /** Settings by the names of their flags, as {@link ConfigFile} reads them. */
  static Map<String, Object> flags(HeadClipSettings s) {
    LocalPath p = s.localPath();
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("image_size", s.imageSize());
    m.put("csa", p.first() + "-" + p.last());
    m.put("output_layers", s.outputLayers());
    m.put("aggregate", key(p.aggregate()));
    m.put("state_norm", key(p.stateNorm()));
    m.put("local_input", key(p.input()));
    m.put("local_ffn", p.ffn());
    m.put("head_weight_constraint", key(p.constraint()));
    m.put("scale_bias", p.scaleBias());
    m.put("weight_global", p.weightGlobal());
    m.put("temperature", s.temperature());
    m.put("sigma", s.sigma());
    if (s.top() instanceof TopPixels.Count c) {
      m.put("top_count", c.pixels());
    } else if (s.top() instanceof TopPixels.Fraction f) {
      m.put("top_fraction", f.share());
    }
    m.put("top_raw", s.topOnRaw());
    m.put("lambda", s.lambda());
    m.put("cls_ln_post", s.clsLnPost());
    m.put("normal_template", s.templates().normal());
    m.put("abnormal_template", s.templates().abnormal());
    m.put("prompt_length", s.prompts().length());
    m.put("deep_start", s.prompts().deepStart());
    m.put("deep_mode", key(s.prompts().deepMode()));
    m.put("half_round_prompts", s.prompts().halfRound());
    m.put("position", key(s.position()));
    m.put("threshold", s.threshold());
    return m;
  }

  private static String key(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT);
  }
}
