package dev.headclip.testing;

import static dev.headclip.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.Imported;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.Truth;
import dev.headclip.method.anomalyclip.AnomalyClip;
import dev.headclip.method.local.LayerRange;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.TensorSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AnomalyCLIP against the numbers of the authors' code, by any interpreter. */
public final class AnomalyClipGolden {
  private static final double TOLERANCE = 1e-5;

  private final Baselines golden;
  private final JsonNode settings;
  private final boolean half;

  private AnomalyClipGolden(Baselines golden, boolean half) {
    this.golden = golden;
    this.settings = golden.settings();
    this.half = half;
  }

  /** With the rounding of deep prompts through fp16, as official, or without. */
  public static AnomalyClipGolden of(boolean half) {
    return new AnomalyClipGolden(Baselines.of("anomalyclip"), half);
  }

  /** Where the two sets differ, names without the rounding end so. */
  private String named(String name) {
    return half ? name : name + ".nofp16";
  }

  public Baselines golden() {
    return golden;
  }

  private List<Integer> outputs() {
    return listed(settings.path("output_layers_1based"));
  }

  private static List<Integer> listed(JsonNode array) {
    return Arrays.asList(
        java.util.stream.StreamSupport.stream(array.spliterator(), false)
            .map(JsonNode::asInt)
            .toArray(Integer[]::new));
  }

  /** The method's settings for all listed layers, or for the last one alone. */
  public Recipe recipe(ClipConfig config, boolean all) {
    List<Integer> vv = listed(settings.path("vv_layers_1based"));
    List<Integer> outputs = outputs();
    int deep = settings.path("deep_tensors").asInt();
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("image_size", settings.path("input").asInt());
    m.put("csa", new LayerRange(vv.get(0), vv.get(vv.size() - 1)));
    m.put("output_layers", all ? outputs : outputs.subList(outputs.size() - 1, outputs.size()));
    m.put("layer_maps", "sum");
    m.put("temperature", settings.path("tau").asDouble());
    m.put("sigma", settings.path("sigma").asDouble());
    m.put("local_loss_weight", settings.path("lambda_local_loss").asDouble());
    m.put("prompt_length", settings.path("n_ctx").asInt());
    m.put("deep_layers", deep + 1);
    m.put("deep_length", settings.path("deep_length").asInt());
    m.put("deep_half_round", half);
    return Recipe.of("anomalyclip", config).with(m);
  }

  /** The learned numbers, through the importer of the authors' checkpoints. */
  public Tensors<HostTensor> learned() {
    TensorSource stored = golden.checkpoint("prompt_learner.");
    return new AnomalyClip().imported(stored).map(Imported::learned).orElseThrow();
  }

  /** Learned tensors' names in the authors' code. */
  public static String official(String name) {
    return switch (name) {
      case "prompt.normal" -> "ctx_pos";
      case "prompt.abnormal" -> "ctx_neg";
      default -> name.replace("text.deep.", "compound_prompts_text.");
    };
  }

  public TokenIds ids() {
    int[][] padded = golden.ids("ids");
    return TokenIds.of(padded, Arrays.stream(padded[0]).max().orElseThrow());
  }

  public int[] labels() {
    float[] l = golden.get("labels").data();
    int[] labels = new int[l.length];
    for (int i = 0; i < l.length; i++) {
      labels[i] = (int) l[i];
    }
    return labels;
  }

  /** Features, scores, maps and losses. */
  public void check(Interpreter interpreter) {
    try (Backbone b = golden.backbone()) {
      int size = settings.path("input").asInt();
      HostTensor position =
          PositionResize.BILINEAR.resize(
              b.weights().host("vision_model.embeddings.position_embedding.weight"),
              b.config().grid(size));
      close("position_embedding", position);
      check(interpreter, b, true);
      check(interpreter, b, false);
    }
  }

  private void check(Interpreter interpreter, Backbone b, boolean all) {
    Tensors<HostTensor> f = interpreter.run(new Everything(b, all));
    HostOps ops = new HostOps();
    List<Integer> layers = outputs();
    close(named("text"), f.get("text"));
    // stored before normalisation
    assertClose(
        "image_feature",
        ops.normalize(golden.get("image_feature")),
        f.get("global").data(),
        TOLERANCE);
    int first = all ? 0 : layers.size() - 1;
    for (int i = first; i < layers.size(); i++) {
      HostTensor stored = golden.get("patch." + layers.get(i));
      HostTensor patches = ops.normalize(ops.slice(stored, 1, 1, stored.size(1)));
      assertClose(
          "patch." + layers.get(i), patches, f.get("local." + (i - first)).data(), TOLERANCE);
    }
    close(named("score"), f.get(RecordableScoring.GLOBAL));
    close(named("score"), f.get(RecordableScoring.SCORE));
    String which = all ? "sum" : "last";
    close(named("map." + which), f.get(RecordableScoring.MAP));
    close(named("map_raw." + which), f.get("raw"));
    String loss = all ? "all" : "last";
    close(named("loss.image." + loss), f.get("loss.global"));
    HostTensor parts = golden.get(named("loss.parts." + loss));
    float sum = ops.sum(parts, 0, 1).data()[0];
    assertThat(f.get("loss.local").data()[0] / sum)
        .isCloseTo(1, org.assertj.core.api.Assertions.within((float) TOLERANCE));
    close(named("loss.total." + loss), f.get("loss.total"));
  }

  private void close(String name, HostTensor found) {
    assertClose(name, golden.get(name), found.data(), TOLERANCE);
  }

  private final class Everything implements Interpreter.Computation {
    private final Backbone b;
    private final boolean all;

    Everything(Backbone b, boolean all) {
      this.b = b;
      this.all = all;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Recipe r = recipe(b.config(), all);
      Network<T> network =
          r.method().network(w.clip(b, r.method().imageSize(), r.method().position(), s -> ids()));
      Tensors<T> prepared = network.prepare(ops, learned().map(ops::constant));
      T pixels = w.constant(golden.get("pixels"));
      Tensors<T> features = network.features(ops, pixels, prepared);
      Tensors<T> evidence = network.evidence(ops, features, prepared);
      RecordableScoring smooth = (RecordableScoring) r.method().scoring(r.scores(), b.config());
      RecordableScoring raw =
          (RecordableScoring)
              r.with(Map.of("sigma", 0.0))
                  .method()
                  .scoring(r.with(Map.of("sigma", 0.0)).scores(), b.config());
      Tensors<T> scores = smooth.record(ops, evidence);
      HostTensor masks = golden.get("masks");
      Tensors<T> losses =
          network.loss(ops, features, prepared, new Truth<>(labels(), ops.constant(masks)));
      Tensors<T> found = prepared.and(features).and(scores);
      found = found.with("raw", raw.record(ops, evidence).get(RecordableScoring.MAP));
      for (String part : losses.names()) {
        found = found.with("loss." + part, losses.get(part));
      }
      return found;
    }
  }
}
