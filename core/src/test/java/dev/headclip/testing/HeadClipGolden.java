package dev.headclip.testing;

import static dev.headclip.testing.Golden.assertClose;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.Tokenizer;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.Adapter;
import dev.headclip.method.Methods;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.local.LayerRange;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CLIP's towers and HeadCLIP against the golden numbers, by any interpreter. */
public final class HeadClipGolden {
  private static final int SIDE = 70;
  private static final int LARGER = 98;
  private static final double TOLERANCE = 1e-4;

  private HeadClipGolden() {}

  private static void check(
      Map<String, HostTensor> golden, Tensors<HostTensor> found, double tolerance) {
    for (String name : found.names()) {
      assertClose(name, golden.get(name), found.get(name).data(), tolerance);
    }
  }

  /** Both towers as published, at two sizes, with and without padding. */
  public static void towers(Interpreter interpreter) {
    Map<String, HostTensor> golden = Golden.tensors("towers.safetensors");
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      check(golden, interpreter.run(new Towers(b, golden)), TOLERANCE);
    }
  }

  private record Towers(Backbone b, Map<String, HostTensor> golden)
      implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Map<String, T> all = new LinkedHashMap<>();
      int[][] padded = Golden.ids(golden.get("ids"));
      TokenIds cut = TokenIds.of(padded, b.config().vocabulary() - 1);
      Tokenizer tokenizer = sentences -> cut;
      VisionTower<T> native_ = w.clip(b, SIDE, PositionResize.BILINEAR, tokenizer).vision();
      T tokens = native_.forward(ops, w.constant(golden.get("pixels")), LayerHook.allTokens());
      T cls = ops.slice(tokens, 1, 0, 1);
      all.put("image_plain", native_.project(ops, cls, true));
      all.put("image_plain_no_ln", native_.project(ops, cls, false));
      all.put("tokens_plain", native_.project(ops, tokens, true));
      VisionTower<T> larger = w.clip(b, LARGER, PositionResize.BILINEAR, tokenizer).vision();
      T alone = larger.forward(ops, w.constant(golden.get("pixels_98")), LayerHook.none());
      all.put("image_plain_98", larger.project(ops, alone, true));
      var text = w.clip(b, SIDE, PositionResize.BILINEAR, tokenizer).text();
      all.put("text_plain", text.forward(ops, cut));
      return new Tensors<>(all);
    }
  }

  /** The text tower with the padding that a tokenizer leaves; what follows the end is ignored. */
  public static void padding(Interpreter interpreter) {
    Map<String, HostTensor> golden = Golden.tensors("towers.safetensors");
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      int[][] padded = Golden.ids(golden.get("ids"));
      TokenIds ids = new TokenIds(padded, TokenIds.of(padded, 599).eot());
      check(
          golden,
          interpreter.run(
              new Interpreter.Computation() {
                @Override
                public <T> Tensors<T> of(Interpreter.World<T> w) {
                  var clip = w.clip(b, SIDE, PositionResize.BILINEAR, s -> ids);
                  return Tensors.of("text_plain", clip.text().forward(w.ops(), ids));
                }
              }),
          TOLERANCE);
    }
  }

  /** The settings that the golden numbers were made with. */
  public static Recipe recipe(ClipConfig config) {
    return Recipe.of(Methods.DEFAULT, config)
        .with(
            Map.of(
                "image_size",
                SIDE,
                "csa",
                new LayerRange(2, 5),
                "output_layers",
                List.of(3, 5),
                "top_fraction",
                0.01,
                "cls_ln_post",
                true,
                "deep_layers",
                3));
  }

  /** The golden learned numbers. */
  public static Tensors<HostTensor> learned(Map<String, HostTensor> golden, String prefix) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    for (String n :
        List.of("prompt.normal", "prompt.abnormal", "text.deep.0", "text.deep.1", "head_weights")) {
      all.put(n, golden.get(prefix + n));
    }
    return new Tensors<>(all);
  }

  /** Text features, scores, maps. */
  public static void scores(Interpreter interpreter) {
    Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      Recipe recipe = recipe(b.config());
      TokenIds ids = TokenIds.of(Golden.ids(golden.get("ids")), b.config().vocabulary() - 1);
      Adapter adapter =
          new Adapter(recipe.method(), recipe.scores(), learned(golden, ""), Map.of());
      for (boolean onePass : new boolean[] {true, false}) {
        Tensors<HostTensor> found =
            interpreter.run(new Scores(b, adapter, ids, golden.get("pixels"), onePass));
        check(golden, found, TOLERANCE);
      }
    }
  }

  private record Scores(
      Backbone b, Adapter adapter, TokenIds ids, HostTensor pixels, boolean onePass)
      implements Interpreter.Computation {
    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Network<T> network =
          adapter.method().network(w.clip(b, SIDE, PositionResize.BILINEAR, sentences -> ids));
      Tensors<T> prepared = network.prepare(ops, adapter.learned().map(ops::constant));
      T input = w.constant(pixels);
      Tensors<T> features =
          onePass
              ? network.features(ops, input, prepared)
              : network.features(ops, network.frozen(ops, input), prepared);
      Tensors<T> evidence = network.evidence(ops, features, prepared);
      RecordableScoring scoring =
          (RecordableScoring) adapter.method().scoring(adapter.scores(), b.config());
      Tensors<T> scores = scoring.record(ops, evidence);
      RecordableScoring raw =
          (RecordableScoring)
              adapter
                  .method()
                  .scoring(
                      dev.headclip.settings.Schema.with(adapter.scores(), "sigma", 0.0),
                      b.config());
      Map<String, T> all = new LinkedHashMap<>();
      all.put("text_features", prepared.get("text"));
      all.put("image_probability", evidence.get(RecordableScoring.GLOBAL));
      all.put("map_raw", raw.record(ops, evidence).get(RecordableScoring.MAP));
      all.put("map", scores.get(RecordableScoring.MAP));
      all.put("local_score", scores.get(RecordableScoring.LOCAL));
      all.put("joint_score", scores.get(RecordableScoring.SCORE));
      return new Tensors<>(all);
    }
  }
}
