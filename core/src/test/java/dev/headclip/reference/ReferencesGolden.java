package dev.headclip.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.PositionResize;
import dev.headclip.image.Tiling;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.Network;
import dev.headclip.method.RecordableScoring;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Golden;
import dev.headclip.testing.Interpreter;
import dev.headclip.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images against references and among one another, against numbers that two programs agree on: from
 * the folder that the system property headclip.golden.references names, else from this project's
 * test resources. Every size and setting is read from the file.
 */
public final class ReferencesGolden {
  private static final double FROM_TOKENS = 2e-5;
  private static final double FROM_PIXELS = 5e-5;
  private static final double CAPPED = 2e-4;
  private static final String TOKENS = TokenTaps.TOKENS;

  private final Map<String, HostTensor> all = new LinkedHashMap<>();
  private final JsonNode settings;
  private final Compute compute;
  private final Path folder;
  private final int side;
  private final int grid;
  private final int references;
  private final int queries;
  private final int withMaps;

  /**
   * @param compute multiplies
   */
  public ReferencesGolden(Compute compute) {
    this.compute = compute;
    this.folder = folder();
    try (SafetensorsFile f = SafetensorsFile.open(folder.resolve("references.safetensors"))) {
      settings = new ObjectMapper().readTree(f.metadata().get("settings"));
      f.tensors().keySet().forEach(n -> all.put(n, f.host(n)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    side = settings.path("input").asInt();
    grid = settings.path("grid").path(0).asInt();
    references = settings.path("references").asInt();
    queries = settings.path("queries").asInt();
    withMaps = settings.path("queries_with_maps").asInt();
  }

  private static Path folder() {
    String given = System.getProperty("headclip.golden.references");
    return given == null ? Golden.folder("references") : Path.of(given);
  }

  private HostTensor get(String name) {
    HostTensor t = all.get(name);
    assertThat(t).as("golden tensor " + name).isNotNull();
    return t;
  }

  private List<Integer> list(String name) {
    List<Integer> l = new ArrayList<>();
    settings.path(name).forEach(n -> l.add(n.asInt()));
    return l;
  }

  private void close(String name, float[] found) {
    close(name, found, FROM_TOKENS);
  }

  private void close(String name, float[] found, double tolerance) {
    Golden.assertClose(name, get(name), found, tolerance);
  }

  /** One image's tokens after layers. */
  private Tensors<HostTensor> tokens(String of, int image, List<Integer> layers, boolean mean) {
    Tensors<HostTensor> found = Tensors.none();
    float[] sum = null;
    for (int i = 0; i < layers.size(); i++) {
      HostTensor t =
          Tensors.rows(
                  Tensors.of("t", get("tokens.%s.%d".formatted(of, layers.get(i)))),
                  image,
                  image + 1)
              .get("t");
      if (!mean) {
        found = found.with(TOKENS + i, t);
        continue;
      }
      sum = sum == null ? new float[t.data().length] : sum;
      for (int j = 0; j < sum.length; j++) {
        sum[j] += t.data()[j] / layers.size();
      }
      found = Tensors.of(TOKENS + 0, HostTensor.of(sum, t.shape()));
    }
    return found;
  }

  private List<Tensors<HostTensor>> ofReferences(List<Integer> layers, boolean mean) {
    List<Tensors<HostTensor>> found = new ArrayList<>();
    for (int i = 0; i < references; i++) {
      found.add(tokens("references", i, layers, mean));
    }
    return found;
  }

  private float[] distances(ReferenceScorer scorer, List<Integer> layers, boolean mean) {
    float[] found = new float[queries * grid * grid];
    for (int i = 0; i < queries; i++) {
      float[] d =
          compute
              .run(scorer, tokens("queries", i, layers, mean))
              .get(ReferenceScorer.DISTANCE)
              .data();
      System.arraycopy(d, 0, found, i * d.length, d.length);
    }
    return found;
  }

  /** A scoring beside golden zero-shot maps. */
  private ReferenceScoring scoring(Map<String, ?> changes) {
    return ReferenceScoring.of(
        new ZeroShot(), ReferenceSettings.of(changes), NormalEnds.unknown(), grid, side);
  }

  private final class ZeroShot implements RecordableScoring {
    @Override
    public <T> Tensors<T> record(TensorOps<T> ops, Tensors<T> evidence) {
      return Tensors.of(MAP, evidence.get(MAP), SCORE, evidence.get(SCORE))
          .with(GLOBAL, evidence.get(SCORE))
          .with(LOCAL, evidence.get(SCORE));
    }
  }

  private Tensors<HostTensor> values(ReferenceScoring scoring, float[] distances, int image) {
    int n = grid * grid;
    float[] d = Arrays.copyOfRange(distances, image * n, (image + 1) * n);
    HostTensor map = Tensors.rows(Tensors.of("m", get("zero.map")), image, image + 1).get("m");
    return scoring.values(
        Tensors.of(
                RecordableScoring.MAP,
                map,
                RecordableScoring.SCORE,
                HostTensor.of(new float[] {get("zero.score").data()[image]}, 1))
            .with(ReferenceScorer.DISTANCE, HostTensor.of(d, 1, n)),
        side,
        side);
  }

  private float[] each(ReferenceScoring scoring, float[] distances, String name, int images) {
    List<float[]> parts = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      parts.add(values(scoring, distances, i).get(name).data());
    }
    float[] joined = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] p : parts) {
      System.arraycopy(p, 0, joined, at, p.length);
      at += p.length;
    }
    return joined;
  }

  private float[] scores(ReferenceScoring scoring, float[] distances) {
    return each(scoring, distances, ReferenceScoring.RAW_SCORE, queries);
  }

  private float[] maps(ReferenceScoring scoring, float[] distances) {
    return each(scoring, distances, ReferenceScoring.RAW_MAP, withMaps);
  }

  private static Map<String, Object> form(Object... keysAndValues) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("reference_smoothing", "none");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      m.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return m;
  }

  private static MemoryBank.Shape shape(List<Integer> boxes, boolean sum) {
    return new MemoryBank.Shape(boxes, sum);
  }

  /** Everything that is made of tokens. */
  public void all() {
    nearest();
    subspace();
    leftOut();
    mutual();
  }

  /** The tokens themselves, from pixels through the frozen tower. */
  public void tapped(Interpreter interpreter) {
    try (Backbone b = Backbone.open(folder.resolve(settings.path("backbone").asText()))) {
      List<Integer> layers = list("knn_layers");
      Tensors<HostTensor> found =
          interpreter.run(new Tapped(b, new TokenTaps(layers, false, false, true)));
      for (int i = 0; i < layers.size(); i++) {
        close("tokens.queries." + layers.get(i), found.get(TOKENS + i).data(), FROM_PIXELS);
      }
      close("cls", found.get(TokenTaps.FEATURE).data(), FROM_PIXELS);
      List<Integer> middle = list("subspace_layers");
      float[] mean =
          interpreter
              .run(new Tapped(b, new TokenTaps(middle, true, false, false)))
              .get(TOKENS + 0)
              .data();
      for (int i = 0; i < queries; i++) {
        HostTensor t = tokens("queries", i, middle, true).get(TOKENS + 0);
        int n = t.data().length;
        Golden.assertClose("mean", t, Arrays.copyOfRange(mean, i * n, (i + 1) * n), FROM_PIXELS);
      }
      normed(interpreter, b);
    }
  }

  /** AnomalyDINO: the last layer's tokens through the final norm, from pixels. */
  private void normed(Interpreter interpreter, Backbone b) {
    TokenTaps taps =
        new TokenTaps(List.of(settings.path("dino_layer").asInt()), false, true, false);
    HostTensor of = interpreter.run(new Tapped(b, taps)).get(TOKENS + 0);
    HostTensor by =
        interpreter.run(new TappedOf(new Tapped(b, taps), "pixels.references")).get(TOKENS + 0);
    MemoryBank bank = MemoryBank.of(shape(List.of(1), false), List.of(Tensors.of(TOKENS + 0, by)));
    HostTensor found = compute.run(bank, Tensors.of(TOKENS + 0, of)).get(ReferenceScorer.DISTANCE);
    close("dino.normed.distance", found.data(), FROM_PIXELS);
    ReferenceScoring patches = scoring(form("reference_top_of", "patches"));
    close("dino.normed.score", scores(patches, found.data()), FROM_PIXELS);
  }

  private final class Tapped implements Interpreter.Computation {
    private final Backbone backbone;
    private final TokenTaps taps;

    Tapped(Backbone backbone, TokenTaps taps) {
      this.backbone = backbone;
      this.taps = taps;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      return of(w, "pixels.queries");
    }

    <T> Tensors<T> of(Interpreter.World<T> w, String pixels) {
      Network<T> nothing =
          new Network<>() {
            @Override
            public Tensors<T> frozen(TensorOps<T> ops, T x) {
              return Tensors.none();
            }

            @Override
            public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
              return Tensors.none();
            }
          };
      Network<T> n =
          new TappedNetwork<>(
              nothing,
              w.clip(
                  backbone,
                  side,
                  PositionResize.BILINEAR,
                  sentences -> {
                    throw new IllegalStateException("no sentences");
                  }),
              taps,
              side);
      Tensors<T> features = n.features(w.ops(), w.constant(get(pixels)), Tensors.none());
      return n.evidence(w.ops(), features, Tensors.none());
    }
  }

  private final class TappedOf implements Interpreter.Computation {
    private final Tapped tapped;
    private final String pixels;

    TappedOf(Tapped tapped, String pixels) {
      this.tapped = tapped;
      this.pixels = pixels;
    }

    @Override
    public <T> Tensors<T> of(Interpreter.World<T> w) {
      return tapped.of(w, pixels);
    }
  }

  /** Nearest patches: APRIL-GAN's and AnomalyDINO's forms, and joining. */
  public void nearest() {
    List<Integer> layers = list("knn_layers");
    for (int l : layers) {
      List<Integer> one = List.of(l);
      MemoryBank bank = MemoryBank.of(shape(List.of(1), false), ofReferences(one, false));
      assertThat(bank.rows().get(0).size(0)).isEqualTo(references * grid * grid);
      close("knn.distance." + l, distances(bank, one, false));
      for (int box : list("aggregation_boxes")) {
        MemoryBank boxed = MemoryBank.of(shape(List.of(box), false), ofReferences(one, false));
        close("aggregated.distance.%d.%d".formatted(box, l), distances(boxed, one, false));
      }
    }
    for (boolean sum : new boolean[] {true, false}) {
      MemoryBank bank = MemoryBank.of(shape(List.of(1), sum), ofReferences(layers, false));
      float[] d = distances(bank, layers, false);
      for (boolean corners : new boolean[] {true, false}) {
        String name = "knn.%s.%s".formatted(sum ? "sum" : "mean", corners ? "corners" : "centres");
        ReferenceScoring top = scoring(form("reference_corners", corners));
        ReferenceScoring max = scoring(form("reference_corners", corners, "reference_top", 0));
        close(name + ".max", scores(max, d));
        close(name + ".top", scores(top, d));
        if (all.containsKey(name + ".map")) {
          close(name + ".map", maps(max, d));
        }
      }
      joined(sum, d);
    }
    List<Integer> boxes = list("aggregation_boxes");
    MemoryBank bank = MemoryBank.of(shape(boxes, false), ofReferences(layers, false));
    float[] d = distances(bank, layers, false);
    close("aggregated.map", maps(scoring(form()), d));
    close("aggregated.top", scores(scoring(form()), d));
    close("aggregated.max", scores(scoring(form("reference_top", 0)), d));
    List<Integer> last = List.of(settings.path("dino_layer").asInt());
    MemoryBank dino = MemoryBank.of(shape(List.of(1), false), ofReferences(last, false));
    float[] patches = distances(dino, last, false);
    close("dino.distance", patches);
    close("dino.score", scores(scoring(form("reference_top_of", "patches")), patches));
    ReferenceSettings s = ReferenceSettings.of(form("reference_top_of", "patches"));
    assertThat(mean(patches, s.top(patches.length)))
        .isCloseTo(get("dino.many.score").data()[0], within(1e-5));
  }

  private static double mean(float[] values, int highest) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (int i = 0; i < highest; i++) {
      sum += sorted[sorted.length - 1 - i];
    }
    return sum / highest;
  }

  private void joined(boolean sum, float[] d) {
    if (sum) {
      ReferenceScoring max =
          scoring(form("join", "sum", "reference_corners", true, "reference_top", 0));
      close("combine.sum.map", maps(max, d));
      float[] best = each(max, d, ReferenceScoring.REFERENCE_SCORE, queries);
      close("combine.sum.max", best);
      ReferenceScoring top = scoring(form("join", "sum", "reference_corners", true));
      close("combine.sum.top", each(top, d, ReferenceScoring.REFERENCE_SCORE, queries));
      // APRIL-GAN stretches over the batch; here ends of normal parts stand in its place
      double low = Double.MAX_VALUE;
      double high = 0;
      for (float b : best) {
        low = Math.min(low, b);
        high = Math.max(high, b);
      }
      float[] stretched = new float[queries];
      for (int i = 0; i < queries; i++) {
        stretched[i] = (float) ((get("zero.score").data()[i] + (best[i] - low) / (high - low)) / 2);
      }
      close("combine.april_gan", stretched);
      return;
    }
    ReferenceScoring mean = scoring(form("join", "mean"));
    close("combine.mean.map", maps(mean, d));
    float[] highest = new float[queries];
    float[] largest = new float[queries];
    for (int i = 0; i < queries; i++) {
      float[] map = values(mean, d, i).get(ReferenceScoring.RAW_MAP).data();
      largest[i] = new AnomalyMap(side, side, map).max();
      highest[i] = (float) mean(map, ReferenceSettings.defaults().top(map.length));
    }
    close("combine.mean.max", largest);
    close("combine.mean.top", highest);
    ReferenceScoring patches =
        scoring(form("join", "mean", "reference_top_of", "patches", "reference_top", 0));
    close("combine.winclip", scores(patches, d));
  }

  private Statistics statistics(List<Integer> which, List<Integer> layers) {
    Statistics sum = Statistics.none(get("subspace.mean").size(0));
    for (int i : which) {
      sum = sum.plus(Statistics.of(tokens("references", i, layers, true).get(TOKENS + 0), compute));
    }
    return sum;
  }

  private void same(String name, Statistics s) {
    close(name + ".mean", floats(s.mean()));
    close(name + ".covariance", floats(s.covariance()));
  }

  private static float[] floats(double[] values) {
    float[] f = new float[values.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) values[i];
    }
    return f;
  }

  private List<Integer> everyReference() {
    List<Integer> l = new ArrayList<>();
    for (int i = 0; i < references; i++) {
      l.add(i);
    }
    return l;
  }

  /** Statistics that merge and subtract; SubspaceAD with several shares, blurred and not. */
  public void subspace() {
    List<Integer> layers = list("subspace_layers");
    Statistics whole = statistics(everyReference(), layers);
    same("subspace", whole);
    Map<String, Statistics> parts = new LinkedHashMap<>();
    settings
        .path("statistics")
        .fields()
        .forEachRemaining(
            e -> {
              List<Integer> which = new ArrayList<>();
              e.getValue().forEach(n -> which.add(n.asInt()));
              Statistics s = statistics(which, layers);
              parts.put(e.getKey(), s);
              same("statistics." + e.getKey(), s);
              assertThat((float) s.count())
                  .isEqualTo(get("statistics.%s.count".formatted(e.getKey())).data()[0]);
            });
    same("subspace", parts.get("first").plus(parts.get("rest")));
    same("statistics.left", whole.minus(parts.get("removed")));
    settings
        .path("subspace_shares")
        .fields()
        .forEachRemaining(e -> share(whole, layers, e.getKey(), e.getValue().asDouble()));
    batched(layers);
  }

  private void share(Statistics whole, List<Integer> layers, String name, double share) {
    String prefix = "subspace." + name;
    double tolerance = share == 1 ? CAPPED : FROM_TOKENS;
    Subspace s = Subspace.fit(whole, share);
    close("subspace.values", floats(s.values()));
    assertThat((float) s.components()).as(prefix).isEqualTo(get(prefix + ".k").data()[0]);
    assertThat(s.capped()).isEqualTo(share == 1);
    float[] d = distances(s, layers, true);
    close(prefix + ".residual", d, tolerance);
    close(prefix + ".top", scores(scoring(form()), d), tolerance);
    if (all.containsKey(prefix + ".map")) {
      close(prefix + ".map", maps(scoring(form()), d), tolerance);
    }
    if (all.containsKey(prefix + ".blurred.map")) {
      ReferenceScoring blurred = scoring(form("reference_smoothing", "three"));
      close(prefix + ".blurred.map", maps(blurred, d), tolerance);
      close(prefix + ".blurred.top", scores(blurred, d), tolerance);
    }
  }

  private void batched(List<Integer> layers) {
    Statistics s = Statistics.none(get("batched.mean").size(0));
    for (int i = 0; i < queries; i++) {
      s = s.plus(Statistics.of(tokens("queries", i, layers, true).get(TOKENS + 0), compute));
    }
    close("batched.mean", floats(s.mean()));
    Subspace fitted = Subspace.fit(s, settings.path("subspace_shares").path("high").asDouble());
    assertThat((float) fitted.components()).isEqualTo(get("batched.k").data()[0]);
    float[] d = distances(fitted, layers, true);
    close("batched.residual", d);
    close("batched.map", maps(scoring(form()), d));
    close("batched.top", scores(scoring(form()), d));
  }

  /** Each reference by the others, and where they end. */
  public void leftOut() {
    leftOut("knn", list("knn_layers"), false);
    leftOut("subspace", list("subspace_layers"), true);
  }

  private void leftOut(String scorer, List<Integer> layers, boolean mean) {
    Map<String, Object> changes = form("scorer", scorer);
    ReferenceSettings s = ReferenceSettings.of(changes);
    try (ReferenceFitter fitter =
        new ReferenceFitter(s, new TokenTaps(layers, mean, false, false), Tiling.none(), compute)) {
      HostTensor none = HostTensor.zeros(1, side, side);
      for (int i = 0; i < references; i++) {
        Tensors<HostTensor> evidence =
            tokens("references", i, layers, mean)
                .with(RecordableScoring.MAP, none)
                .with(RecordableScoring.SCORE, HostTensor.zeros(1));
        fitter.add("reference " + i, "", evidence, java.util.Optional.empty());
      }
      ReferenceModel.Fitted fitted = fitter.fit(scoring(changes));
      NormalEnds ends = fitted.model().ends();
      String name = "loo." + scorer;
      assertThat(ends.score()).isCloseTo(get(name + ".q95").data()[0], relative(name + ".q95"));
      assertThat(ends.pixel() / NormalEnds.PIXEL_FACTOR)
          .isCloseTo(get(name + ".pixel_q95").data()[0], relative(name + ".pixel_q95"));
      float[] raw = new float[references];
      for (int i = 0; i < references; i++) {
        double bounded = fitted.scores().get(i);
        raw[i] = (float) (bounded / (1 - bounded) * ends.score());
      }
      close(name + ".top", raw);
    }
  }

  private org.assertj.core.data.Offset<Double> relative(String name) {
    return within(FROM_TOKENS * get(name).data()[0]);
  }

  /** MuSc: features, distances, scores, maps and re-scoring by neighbours. */
  public void mutual() {
    List<Integer> layers = list("mutual_layers");
    List<Integer> boxes = list("mutual_boxes");
    double share = settings.path("mutual_share").asDouble();
    for (int l : layers) {
      for (int box : boxes) {
        HostTensor t = tokens("queries", 0, List.of(l), false).get(TOKENS + 0);
        String features = "mutual.features.%d.%d".formatted(box, l);
        if (all.containsKey(features)) {
          close(
              features,
              compute
                  .run(new MutualScoring.Features(box), Tensors.of("a", t))
                  .get("features")
                  .data());
        }
        close(
            "mutual.scores.%d.%d".formatted(box, l),
            mutual(List.of(l), List.of(box), share, Long.MAX_VALUE));
      }
    }
    assertThat(MutualScoring.count(queries - 1, share))
        .isEqualTo(settings.path("mutual_count").asInt());
    float[] grids = mutual(layers, boxes, share, Long.MAX_VALUE);
    close("mutual.grid", grids);
    // in small groups, which compare some pairs twice
    close("mutual.grid", mutual(layers, boxes, share, 4L * queries * grid * grid * 2));
    // as many of the others as the official code takes
    double official = settings.path("mutual_official_count").asInt() / (queries - 1.0);
    float[] officially = mutual(layers, boxes, official, Long.MAX_VALUE);
    close("mutual.official.grid", officially);
    ReferenceScoring max = scoring(form("reference_corners", true, "reference_top", 0));
    close("mutual.official.raw", scores(max, officially));
    close("mutual.map", maps(max, grids));
    float[] raw = scores(max, grids);
    close("mutual.raw", raw);
    double[] scores = new double[queries];
    List<float[]> cls = new ArrayList<>();
    int width = get("cls").size(1);
    for (int i = 0; i < queries; i++) {
      scores[i] = raw[i];
      cls.add(Arrays.copyOfRange(get("cls").data(), i * width, (i + 1) * width));
    }
    for (int window : list("rscin_windows")) {
      close(
          "mutual.window." + window, floats(MutualScoring.rescored(scores, cls, List.of(window))));
    }
    close("mutual.score", floats(MutualScoring.rescored(scores, cls, list("rscin_windows"))));
  }

  private float[] mutual(List<Integer> layers, List<Integer> boxes, double share, long groupBytes) {
    try (TokenSpool spool = new TokenSpool()) {
      for (int i = 0; i < queries; i++) {
        spool.add(tokens("queries", i, layers, false));
      }
      float[] found = new float[queries * grid * grid];
      List<HostTensor> scores =
          new MutualScoring(compute, share, groupBytes).scores(spool, boxes, n -> {});
      for (int i = 0; i < queries; i++) {
        System.arraycopy(scores.get(i).data(), 0, found, i * grid * grid, grid * grid);
      }
      return found;
    }
  }
}
