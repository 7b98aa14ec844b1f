package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.files.AtomicFiles;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.synth.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whole images through every engine, in turns in one process, and the machine's own limit. */
@Command(
    name = "inference",
    description = "Seconds per image, file to map, of every engine; matrix rates of the machine.")
final class InferenceBench implements Callable<Integer> {
  /** Official AnomalyCLIP image encoder, ViT-L/14@336, 2 cores: the figures, seconds. */
  private static final Map<Integer, Double> OFFICIAL = Map.of(336, 3.8, 518, 15.0);

  @Option(names = "--backbone", required = true, description = "A CLIP, or starter.")
  private String backbone;

  @Option(names = "--image-size", defaultValue = "336")
  private int imageSize;

  @Option(names = "--rounds", defaultValue = "7")
  private int rounds;

  @Option(names = "--images", defaultValue = "1", description = "A round, one after the other.")
  private int images;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  @Option(names = "--ways", split = ",", defaultValue = "torch,onnx_fp32,onnx_int8")
  private List<Way> ways;

  private enum Way {
    TORCH("torch", Precision.FP32),
    ONNX_FP32("onnx", Precision.FP32),
    ONNX_INT8("onnx", Precision.INT8);

    private final String engine;
    private final Precision precision;

    Way(String engine, Precision precision) {
      this.engine = engine;
      this.precision = precision;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException {
    Path work = Files.createTempDirectory("headclip-bench");
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(backbone)) {
      Path adapter = RandomAdapter.fileFor(folder.path(), work, imageSize);
      List<Path> files = pictures(work);
      ObjectNode results = Results.begin("inference");
      results
          .putObject("settings")
          .put("backbone", backbone)
          .put("image_size", imageSize)
          .put("rounds", rounds)
          .put("images_a_round", images)
          .put("pictures", "drawn, 1024 x 1024, PNG");
      results.set("matrix_rate_gflops", MatrixRate.measure());
      measure(folder.path(), adapter, files, results);
      Results.write(name, results);
    } finally {
      AtomicFiles.deleteTree(work);
    }
    return 0;
  }

  private List<Path> pictures(Path work) {
    List<Path> all = new ArrayList<>();
    Generator generator = Generator.drawn(8, 1024);
    for (int i = 0; i < images; i++) {
      Path file = work.resolve(i + ".png");
      long index = i;
      AtomicFiles.write(file, o -> ImageWriter.png(generator.any(index).image(), o));
      all.add(file);
    }
    return all;
  }

  private void measure(Path folder, Path adapter, List<Path> files, ObjectNode results) {
    Map<Way, Detector> detectors = new LinkedHashMap<>();
    Map<Way, List<Double>> seconds = new LinkedHashMap<>();
    try {
      for (Way w : ways) {
        long start = System.nanoTime();
        detectors.put(w, Detector.load(folder, adapter, options(w)));
        results
            .putObject(w.key())
            .put("load_seconds", Spread.round((System.nanoTime() - start) / 1e9));
        seconds.put(w, new ArrayList<>());
      }
      Map<Way, List<Detection>> found = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        for (Way w : ways) {
          long start = System.nanoTime();
          List<Detection> all = files.stream().map(detectors.get(w)::detect).toList();
          double each = (System.nanoTime() - start) / 1e9 / files.size();
          found.put(w, all);
          if (round > 0) {
            // the first round only warms up
            seconds.get(w).add(each);
          }
          System.err.printf("round %d %s: %.3f s an image%n", round, w.key(), each);
        }
      }
      for (Way w : ways) {
        report((ObjectNode) results.get(w.key()), seconds.get(w), found.get(w), found);
      }
    } finally {
      detectors.values().forEach(Detector::close);
    }
  }

  private void report(
      ObjectNode to, List<Double> seconds, List<Detection> own, Map<Way, List<Detection>> found) {
    Spread.put(to.putObject("seconds_per_image"), seconds);
    to.put("images_per_second", Spread.round(1 / Spread.median(seconds)));
    if (OFFICIAL.containsKey(imageSize) && !backbone.equals("starter")) {
      to.put(
          "share_of_official_anomalyclip",
          Spread.round(Spread.median(seconds) / OFFICIAL.get(imageSize)));
    }
    List<Detection> first = found.get(ways.get(0));
    double map = 0;
    double score = 0;
    for (int i = 0; i < own.size(); i++) {
      score = Math.max(score, Math.abs(own.get(i).score() - first.get(i).score()));
      float[] a = own.get(i).map().values();
      float[] b = first.get(i).map().values();
      for (int k = 0; k < a.length; k++) {
        map = Math.max(map, Math.abs(a[k] - b[k]));
      }
    }
    to.put("largest_map_difference_to_" + ways.get(0).key(), map);
    to.put("largest_score_difference_to_" + ways.get(0).key(), score);
  }

  private Detector.Options options(Way w) {
    return new Detector.Options(
        Optional.of(w.engine),
        OptionalDouble.empty(),
        OptionalInt.of(imageSize),
        OptionalDouble.empty(),
        ImageLoader.defaults(),
        new EngineSettings(w.precision, false, 0));
  }
}
