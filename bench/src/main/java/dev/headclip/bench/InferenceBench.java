package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageWriter;
import dev.headclip.internal.files.AtomicFiles;
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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whole images through every engine, in turns in one process, and the machine's own limit. */
@Command(
    name = "inference",
    description = "Seconds per image, file to map, of every engine; matrix rates of the machine.")
final class InferenceBench implements Callable<Integer> {
  @Option(names = "--backbone", required = true, description = "A CLIP, or starter.")
  private String backbone;

  @Option(names = "--image-size", defaultValue = "336")
  private int imageSize;

  @Option(names = "--rounds", defaultValue = "7")
  private int rounds;

  @Option(names = "--images", defaultValue = "1", description = "A round, one after the other.")
  private int images;

  @Option(names = "--side", defaultValue = "1024", description = "Of the pictures, pixels.")
  private int side;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  @Option(names = "--ways", split = ",", defaultValue = "torch,onnx_fp32,onnx_int8")
  private List<Way> ways;

  @Option(names = "--method", defaultValue = "headclip")
  private String method;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description =
          "A Python with torch and transformers: it times CLIPVisionModel of the same folder, in turns with ours.")
  private Optional<Path> python;

  @Option(
      names = "--official",
      paramLabel = "DIR",
      description = "A checkout of zqhang/AnomalyCLIP, whose image encoder --python times, too.")
  private Optional<Path> official;

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
    try {
      List<Path> files = pictures(work);
      ObjectNode results = Results.begin("inference");
      results
          .putObject("settings")
          .put("backbone", backbone)
          .put("method", method)
          .put("image_size", imageSize)
          .put("rounds", rounds)
          .put("images_a_round", images)
          .put("pictures", "drawn, %d x %d, PNG".formatted(side, side));
      results.set("matrix_rate_gflops", MatrixRate.measure());
      if (python.isPresent()) {
        try (Peers peers = Peers.start(python.get(), Path.of(backbone), imageSize, official)) {
          measure(files, Optional.of(peers), results);
        }
      } else {
        measure(files, Optional.empty(), results);
      }
      Results.write(name, results);
    } finally {
      AtomicFiles.deleteTree(work);
    }
    return 0;
  }

  private List<Path> pictures(Path work) {
    List<Path> all = new ArrayList<>();
    Generator generator = Generator.drawn(8, side);
    for (int i = 0; i < images; i++) {
      Path file = work.resolve(i + ".png");
      long index = i;
      AtomicFiles.write(file, o -> ImageWriter.png(generator.any(index).image(), o));
      all.add(file);
    }
    return all;
  }

  private void measure(List<Path> files, Optional<Peers> peers, ObjectNode results)
      throws IOException {
    Map<Way, Detector> detectors = new LinkedHashMap<>();
    Map<Way, List<Double>> seconds = new LinkedHashMap<>();
    try {
      for (Way w : ways) {
        long start = System.nanoTime();
        EngineSettings settings =
            EngineSettings.defaults().withEngine(w.engine).withPrecision(w.precision);
        detectors.put(w, new BenchModel(backbone, method, imageSize).detector(settings));
        results
            .putObject(w.key())
            .put("load_seconds", Spread.round((System.nanoTime() - start) / 1e9));
        seconds.put(w, new ArrayList<>());
      }
      Map<Way, List<Detection>> found = new LinkedHashMap<>();
      Map<String, List<Double>> others = new LinkedHashMap<>();
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
        if (peers.isPresent()) {
          turn(peers.get(), round, others);
        }
      }
      others.forEach(
          (way, all) ->
              Spread.put(
                  results.withObject("/peers").putObject(way).putObject("seconds_per_image"), all));
      for (Way w : ways) {
        report((ObjectNode) results.get(w.key()), seconds.get(w), found.get(w), found);
      }
    } finally {
      detectors.values().forEach(Detector::close);
    }
  }

  /** One image by each peer; the network alone, of pixels that are there. */
  private static void turn(Peers peers, int round, Map<String, List<Double>> seconds)
      throws IOException {
    for (String way : peers.ways()) {
      double one = peers.time(way);
      System.err.printf("round %d %s: %.3f s an image%n", round, way, one);
      if (round > 0) {
        seconds.computeIfAbsent(way, w -> new ArrayList<>()).add(one);
      }
    }
  }

  private void report(
      ObjectNode to, List<Double> seconds, List<Detection> own, Map<Way, List<Detection>> found) {
    Spread.put(to.putObject("seconds_per_image"), seconds);
    to.put("images_per_second", Spread.round(1 / Spread.median(seconds)));
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
}
