package dev.headclip.testing;

import static dev.headclip.testing.Golden.assertClose;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Network;
import dev.headclip.method.Recipe;
import dev.headclip.method.RecordableScoring;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** WinCLIP against the numbers of the re-implementation, by any interpreter. */
public final class WinClipGolden {
  private static final double TOLERANCE = 1e-5;

  private final Baselines golden = Baselines.of("winclip");
  private final JsonNode settings = golden.settings();

  public Baselines golden() {
    return golden;
  }

  public Recipe recipe(Backbone b) {
    List<Integer> windows =
        java.util.stream.StreamSupport.stream(
                settings.path("windows_in_patches").spliterator(), false)
            .map(JsonNode::asInt)
            .toList();
    return Recipe.of("winclip", b.config())
        .with(
            Map.of(
                "image_size",
                settings.path("input").asInt(),
                "windows",
                windows,
                "window_stride",
                settings.path("stride_in_patches").asInt(),
                "temperature",
                settings.path("tau").asDouble()));
  }

  public int images() {
    return golden.get("pixels").size(0);
  }

  public ClassName name(int image) {
    return new ClassName(settings.path("classes").path(image).asText());
  }

  /** The stand-in ids of a class's sentences; shorter sets are padded to the longer ones. */
  public TokenIds ids(int image) {
    int[][] normal = golden.ids("ids.normal." + image);
    int[][] abnormal = golden.ids("ids.abnormal." + image);
    int n = Math.max(normal[0].length, abnormal[0].length);
    int[][] all = new int[normal.length + abnormal.length][];
    for (int i = 0; i < all.length; i++) {
      int[] row = i < normal.length ? normal[i] : abnormal[i - normal.length];
      all[i] = Arrays.copyOf(row, n);
    }
    int end = Arrays.stream(all[0]).max().orElseThrow();
    return TokenIds.of(all, end);
  }

  /** Text features, class tokens, scores, maps of every image. */
  public void check(Interpreter interpreter) {
    try (Backbone b = golden.backbone()) {
      for (int i = 0; i < images(); i++) {
        check(interpreter, b, i);
      }
    }
  }

  private void check(Interpreter interpreter, Backbone b, int image) {
    Tensors<HostTensor> f = interpreter.run(new One(b, image));
    HostOps ops = new HostOps();
    // stored [E,2], columns normal and abnormal, not normalised
    HostTensor text = ops.normalize(ops.transpose(row(golden.get("text_mean"), image), 1, 0));
    close("text_mean", text, f.get("text"));
    close("cls", row(golden.get("cls"), image), f.get("image"));
    close("features.large", row(golden.get("features.large"), image), f.get("windows.3.1"));
    close("features.mid", row(golden.get("features.mid"), image), f.get("windows.2.1"));
    close("score", row(golden.get("score"), image), f.get(RecordableScoring.GLOBAL));
    close("score", row(golden.get("score"), image), f.get(RecordableScoring.SCORE));
    close("map_patches", row(golden.get("map_patches"), image), f.get(JointScoring.PATCHES));
    close("map", row(golden.get("map"), image), f.get(RecordableScoring.MAP));
  }

  private static void close(String name, HostTensor expected, HostTensor found) {
    assertClose(name, expected, found.data(), TOLERANCE);
  }

  /** One image's part of a tensor. */
  public static HostTensor row(HostTensor all, int image) {
    Tensors<HostTensor> one = Tensors.rows(Tensors.of("x", all), image, image + 1);
    long[] shape = all.shape();
    long[] rest = shape.length == 1 ? new long[] {1} : Arrays.copyOfRange(shape, 1, shape.length);
    return one.get("x").reshape(rest);
  }

  private final class One implements Interpreter.Computation {
    private final Backbone b;
    private final int image;

    One(Backbone b, int image) {
      this.b = b;
      this.image = image;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      TensorOps<T> ops = w.ops();
      Recipe r = recipe(b);
      Network<T> network =
          r.method()
              .network(w.clip(b, r.method().imageSize(), r.method().position(), s -> ids(image)));
      Tensors<T> words = network.words(ops, Tensors.none(), name(image));
      HostTensor pixels = row(golden.get("pixels"), image);
      long[] shape = pixels.shape();
      T input = w.constant(pixels.reshape(1, shape[0], shape[1], shape[2]));
      Tensors<T> features = network.features(ops, input, words);
      Tensors<T> evidence = network.evidence(ops, features, words);
      RecordableScoring scoring = (RecordableScoring) r.method().scoring(r.scores(), b.config());
      return words.and(features).and(evidence).and(scoring.record(ops, evidence));
    }
  }
}
