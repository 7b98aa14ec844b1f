package dev.headclip.testing;

import static dev.headclip.testing.Golden.assertClose;
import static dev.headclip.testing.WinClipGolden.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.ClassName;
import dev.headclip.method.Imported;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.Truth;
import dev.headclip.method.adaclip.AdaClip;
import dev.headclip.method.adaclip.AdaClipSettings;
import dev.headclip.method.adaclip.Clustering;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** AdaCLIP against the numbers of the authors' code, by any interpreter; k-means is an input. */
public final class AdaClipGolden {
  private static final String RAW = "raw.";

  private final Baselines golden = Baselines.of("adaclip");
  private final JsonNode settings = golden.settings();
  private final boolean half;

  /**
   * @param half with the rounding of prompts through fp16, as official
   */
  public AdaClipGolden(boolean half) {
    this.half = half;
  }

  public Baselines golden() {
    return golden;
  }

  /** Where the two sets differ, names without the rounding end so. */
  public String named(String name) {
    return half ? name : name + ".nofp16";
  }

  private List<Integer> outputs() {
    return StreamSupport.stream(settings.path("output_layers_1based").spliterator(), false)
        .map(JsonNode::asInt)
        .toList();
  }

  public Recipe recipe(ClipConfig config, String dice) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("image_size", settings.path("input").asInt());
    m.put("output_layers", outputs());
    m.put("prompt_length", settings.path("prompt_length").asInt());
    m.put("prompt_depth", settings.path("prompt_depth").asInt());
    m.put("half_round", half);
    m.put("temperature", 1 / settings.path("logit_factor").asDouble());
    m.put("hsf_clusters", settings.path("hsf_clusters").asInt());
    m.put("hsf_alpha", settings.path("hsf_alpha").asDouble());
    m.put("sigma", settings.path("sigma").asDouble());
    m.put("dice", dice);
    return Recipe.of("adaclip", config).with(m);
  }

  /** The learned numbers, through the importer of the authors' checkpoints. */
  public Tensors<HostTensor> learned() {
    return new AdaClip()
        .imported(golden.checkpoint("clip_model."))
        .map(Imported::learned)
        .orElseThrow();
  }

  public int images() {
    return golden.get("pixels").size(0);
  }

  public ClassName name(int image) {
    return new ClassName(settings.path("classes").path(image).asText());
  }

  /** The stand-in ids of an image's sentences. */
  public TokenIds ids(int image) {
    int[][] padded = golden.ids("ids." + image);
    return TokenIds.of(padded, Arrays.stream(padded[0]).max().orElseThrow());
  }

  /** The clusters that the authors' run found, for its tokens in their order. */
  public Clustering clustering(int image) {
    HostTensor stored = golden.get(named("hsf.cluster." + image));
    int[] found = Golden.ids(stored.reshape(1, stored.data().length))[0];
    return (points, clusters) -> {
      assertThat(points).hasDimensions(found.length, points[0].length);
      return found;
    };
  }

  private double tolerance() {
    return half ? 2e-4 : 5e-5;
  }

  /** Features, scores, maps and losses of every image. */
  public void check(Interpreter interpreter) {
    try (Backbone b = golden.backbone()) {
      HostTensor position =
          PositionResize.BICUBIC.resize(
              b.weights().host("vision_model.embeddings.position_embedding.weight"),
              b.config().grid(settings.path("input").asInt()));
      assertClose("position_embedding", golden.get("position_embedding"), position.data(), 5e-5);
      for (int i = 0; i < images(); i++) {
        check(interpreter, b, i);
      }
    }
  }

  private void check(Interpreter interpreter, Backbone b, int i) {
    Tensors<HostTensor> f = interpreter.run(new Features(b, i));
    HostOps ops = new HostOps();
    assertClose("plain", golden.get("plain." + i), f.get("plain").data(), tolerance());
    close("text." + i, ops.transpose(f.get("text"), 0, 2, 1));
    close("cls_projected." + i, f.get("cls"));
    List<Integer> layers = outputs();
    HostTensor logits = HostTensor.zeros(1);
    for (int l = 0; l < layers.size(); l++) {
      close("patch." + layers.get(l) + "." + i, f.get("patch." + l));
      HostTensor own = golden.get(named("logits." + layers.get(l) + "." + i));
      logits = ops.add(logits, ops.scale(own, 1.0 / layers.size()));
    }
    Interpreter rest = interpreter.readsValues() ? interpreter : new HostInterpreter();
    Tensors<HostTensor> found = rest.run(new Rest(b, i, f));
    HostTensor margins =
        ops.add(ops.slice(logits, 2, 1, 2), ops.negative(ops.slice(logits, 2, 0, 1)));
    assertClose("logits", margins, found.get("margins").data(), tolerance());
    close("score." + i, found.get(RecordableScoring.GLOBAL));
    close("score." + i, found.get(RecordableScoring.SCORE));
    close("map_raw." + i, found.get(RAW + RecordableScoring.MAP));
    close("map." + i, found.get(RecordableScoring.MAP));
    for (AdaClipSettings.Dice dice : AdaClipSettings.Dice.values()) {
      String name = named("loss." + key(dice) + "." + i);
      assertThat(found.get("loss." + dice).data()[0] / golden.get(name).data()[0])
          .as(name)
          .isCloseTo(1, within((float) tolerance()));
    }
  }

  private void close(String name, HostTensor found) {
    assertClose(named(name), golden.get(named(name)), found.data(), tolerance());
  }

  /** The golden file's word for a reading of the dice loss. */
  public static String key(AdaClipSettings.Dice dice) {
    return dice == AdaClipSettings.Dice.ROWS ? "rowwise" : "image";
  }

  /** The network, with the clusters of an image. */
  public <T> Network<T> network(
      Interpreter.World<T> w, Backbone b, int image, AdaClipSettings.Dice dice) {
    Recipe r = recipe(b.config(), dice.name().toLowerCase(java.util.Locale.ROOT));
    return new AdaClip()
        .network(
            (AdaClipSettings) r.method().settings(),
            w.clip(b, r.method().imageSize(), r.method().position(), s -> ids(image)),
            clustering(image));
  }

  private final class Features implements Interpreter.Computation {
    private final Backbone b;
    private final int image;

    Features(Backbone b, int image) {
      this.b = b;
      this.image = image;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Network<T> network = network(w, b, image, AdaClipSettings.Dice.ROWS);
      Tensors<T> learned = learned().map(ops::constant);
      Tensors<T> prepared =
          network.prepare(ops, learned).and(network.words(ops, learned, name(image)));
      HostTensor pixels = row(golden.get("pixels"), image);
      long[] shape = pixels.shape();
      T input = w.constant(pixels.reshape(1, shape[0], shape[1], shape[2]));
      Tensors<T> frozen = network.frozen(ops, input);
      return network.features(ops, frozen, prepared).with("plain", frozen.get("plain"));
    }
  }

  private final class Rest implements Interpreter.Computation {
    private final Backbone b;
    private final int image;
    private final Tensors<HostTensor> features;

    Rest(Backbone b, int image, Tensors<HostTensor> features) {
      this.b = b;
      this.image = image;
      this.features = features;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Tensors<T> f = features.map(ops::constant);
      Recipe r = recipe(b.config(), "rows");
      Network<T> rows = network(w, b, image, AdaClipSettings.Dice.ROWS);
      Tensors<T> evidence = rows.evidence(ops, f, Tensors.none());
      RecordableScoring smooth = (RecordableScoring) r.method().scoring(r.scores(), b.config());
      Recipe sharp = r.with(Map.of("sigma", 0.0));
      RecordableScoring raw =
          (RecordableScoring) sharp.method().scoring(sharp.scores(), b.config());
      Tensors<T> found = evidence.and(smooth.record(ops, evidence));
      found =
          found.with(
              RAW + RecordableScoring.MAP, raw.record(ops, evidence).get(RecordableScoring.MAP));
      HostTensor mask = row(golden.get("masks"), image);
      T m = ops.constant(mask.reshape(1, mask.shape()[0], mask.shape()[1]));
      Truth<T> truth = new Truth<>(new int[] {(int) golden.get("labels").data()[image]}, m);
      for (AdaClipSettings.Dice dice : AdaClipSettings.Dice.values()) {
        Network<T> network = network(w, b, image, dice);
        found =
            found.with(
                "loss." + dice, network.loss(ops, f, Tensors.none(), truth).get(Network.TOTAL));
      }
      return found;
    }
  }
}
