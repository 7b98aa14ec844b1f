package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.engine.EngineSettings;
import dev.headclip.image.RgbImage;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.synth.Generator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What comparing with references, and in a batch, adds to an image: in turns with zero-shot. */
@Command(
    name = "references",
    description = "Seconds per decoded image: zero-shot, against references, in a batch.")
final class ReferencesBench implements Callable<Integer> {
  @Option(names = "--backbone", required = true, description = "A CLIP, or starter.")
  private String backbone;

  @Option(names = "--image-size", defaultValue = "224")
  private int imageSize;

  @Option(names = "--rounds", defaultValue = "7")
  private int rounds;

  @Option(names = "--images", defaultValue = "4", description = "A round, one after the other.")
  private int images;

  @Option(names = "--references", defaultValue = "8")
  private int references;

  @Option(names = "--batch", defaultValue = "0", description = "Images of a batch; 0 for none.")
  private int batch;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  private List<ImageSource> pictures(int from, int count) {
    Generator generator = Generator.drawn(8, 512);
    List<ImageSource> all = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      RgbImage image = generator.any(i).image();
      all.add(ImageSource.of("picture " + i, loader -> image));
    }
    return all;
  }

  @Override
  public Integer call() {
    ObjectNode results = Results.begin("references");
    results
        .putObject("settings")
        .put("backbone", backbone)
        .put("image_size", imageSize)
        .put("references", references)
        .put("rounds", rounds)
        .put("images_a_round", images)
        .put("pictures", "drawn, 512 x 512, decoded");
    BenchModel model = new BenchModel(backbone, "headclip", imageSize);
    EngineSettings engine = EngineSettings.defaults();
    Map<String, Detector> ways = new LinkedHashMap<>();
    try {
      ways.put("zero_shot", model.detector(engine));
      for (String scorer : List.of("subspace", "knn")) {
        ReferenceSettings settings = ReferenceSettings.of(Map.of("scorer", scorer));
        Comparer comparer = Comparer.of(model.open(), settings, engine);
        long start = System.nanoTime();
        ReferenceModel.Fitted fitted = comparer.fit(pictures(1000, references));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.err.printf("fitting %s: %.1f s%n", scorer, seconds);
        results.putObject(scorer).put("fit_seconds", Spread.round(seconds));
        ways.put(scorer, comparer.detector().against(fitted.model()));
      }
      measure(ways, results);
    } finally {
      ways.values().forEach(Detector::close);
    }
    if (batch > 0) {
      batch(model, engine, results);
    }
    Results.write(name, results);
    return 0;
  }

  private void measure(Map<String, Detector> ways, ObjectNode results) {
    List<ImageSource> all = pictures(0, images);
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, Detector> way : ways.entrySet()) {
        long start = System.nanoTime();
        all.forEach(way.getValue()::detect);
        double each = (System.nanoTime() - start) / 1e9 / all.size();
        System.err.printf("round %d %s: %.4f s an image%n", round, way.getKey(), each);
        if (round > 0) {
          // the first round only warms up
          seconds.computeIfAbsent(way.getKey(), w -> new ArrayList<>()).add(each);
        }
      }
    }
    seconds.forEach(
        (way, s) -> Spread.put(results.withObject("/" + way).putObject("seconds_per_image"), s));
    double zero = Spread.median(seconds.get("zero_shot"));
    for (String way : List.of("subspace", "knn")) {
      results
          .withObject("/" + way)
          .put("over_zero_shot", Spread.round(Spread.median(seconds.get(way)) / zero - 1));
    }
  }

  /** One pass over the images, and a batch of them: in turns, by one session. */
  private void batch(BenchModel model, EngineSettings engine, ObjectNode results) {
    List<ImageSource> all = pictures(0, batch);
    List<Double> pass = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    try (Detector zero = model.detector(engine);
        Comparer comparer = Comparer.of(model.open(), ReferenceSettings.defaults(), engine)) {
      for (int round = 0; round <= rounds; round++) {
        long start = System.nanoTime();
        try (Detections<Outcome> found = zero.stream(all, StreamSettings.defaults())) {
          found.forEachRemaining(o -> {});
        }
        double once = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        comparer.score(all).each(o -> o, o -> true);
        double batched = (System.nanoTime() - start) / 1e9;
        System.err.printf("batch of %d: one pass %.2f s, batched %.2f s%n", batch, once, batched);
        if (round > 0) {
          // the first round only warms up
          pass.add(once);
          whole.add(batched);
        }
      }
    }
    ObjectNode o = results.putObject("batch").put("images", batch);
    Spread.put(o.putObject("pass_seconds"), pass);
    Spread.put(o.putObject("batched_seconds"), whole);
    o.put("over_pass", Spread.round(Spread.median(whole) / Spread.median(pass) - 1));
  }
}
