package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.MapWriter;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.map.AnomalyMap;
import dev.headclip.synth.Generator;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A folder of large JPEGs against the network alone, in turns in one process. */
@Command(
    name = "throughput",
    description =
        "Seconds per image of a folder of JPEGs, with and without maps, and of the network.")
final class ThroughputBench implements Callable<Integer> {
  private static final int DRAWN = 1024;

  @Option(names = "--backbone", required = true, description = "A CLIP, or starter.")
  private String backbone;

  @Option(names = "--image-size", defaultValue = "336")
  private int imageSize;

  @Option(names = "--images", defaultValue = "8")
  private int images;

  @Option(names = "--width", defaultValue = "4000")
  private int width;

  @Option(names = "--height", defaultValue = "3000")
  private int height;

  @Option(names = "--rounds", defaultValue = "3")
  private int rounds;

  @Option(names = "--precision", defaultValue = "fp32")
  private Precision precision;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  @Override
  public Integer call() throws IOException {
    Path work = Files.createTempDirectory("headclip-bench");
    try {
      List<Path> files = pictures(work);
      EngineSettings settings =
          EngineSettings.defaults().withEngine("onnx").withPrecision(precision);
      BenchModel model = new BenchModel(backbone, "headclip", imageSize);
      try (Detector detector = model.detector(settings)) {
        Results.write(name, measure(detector, files, work));
      }
    } finally {
      AtomicFiles.deleteTree(work);
    }
    return 0;
  }

  private ObjectNode measure(Detector detector, List<Path> files, Path work) {
    RgbImage small = PillowResize.BICUBIC.resize(ImageLoader.defaults().load(files.get(0)), 64, 64);
    Map<String, Runnable> ways = new LinkedHashMap<>();
    ways.put("network_alone", () -> files.forEach(f -> detector.detect(small)));
    ways.put("folder_no_maps", () -> stream(detector, files, s -> {}));
    ways.put(
        "folder_maps_of_model_size",
        () -> stream(detector, files, s -> write(s, s.detection().map(), work)));
    ways.put(
        "folder_maps_of_image_size",
        () -> stream(detector, files, s -> write(s, s.detection().mapAtImageSize(), work)));
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, Runnable> way : ways.entrySet()) {
        long start = System.nanoTime();
        way.getValue().run();
        double each = (System.nanoTime() - start) / 1e9 / files.size();
        System.err.printf("round %d %s: %.3f s an image%n", round, way.getKey(), each);
        if (round > 0) {
          // the first round only warms up
          seconds.computeIfAbsent(way.getKey(), k -> new ArrayList<>()).add(each);
        }
      }
    }
    ObjectNode results = Results.begin("throughput");
    results
        .putObject("settings")
        .put("backbone", backbone)
        .put("image_size", imageSize)
        .put("precision", precision.key())
        .put("images", images)
        .put("pictures", "JPEG, %d x %d".formatted(width, height));
    double alone = Spread.median(seconds.get("network_alone"));
    seconds.forEach(
        (way, all) -> {
          ObjectNode o = results.putObject(way);
          Spread.put(o.putObject("seconds_per_image"), all);
          o.put("to_network_alone", Spread.round(Spread.median(all) / alone));
        });
    results.put("peak_mb", Results.megabytes(true));
    return results;
  }

  private static void stream(Detector detector, List<Path> files, Consumer<Outcome.Scored> finish) {
    List<ImageSource> sources = files.stream().map(ImageSource::of).toList();
    try (Detections<Integer> all =
        detector.stream(
            sources,
            StreamSettings.defaults(),
            o -> {
              finish.accept((Outcome.Scored) o);
              return 0;
            })) {
      all.forEachRemaining(done -> {});
    }
  }

  private static void write(Outcome.Scored s, AnomalyMap map, Path work) {
    AtomicFiles.write(
        work.resolve(Path.of(s.source().id()).getFileName() + ".map.png"),
        o -> MapWriter.png(map, o));
  }

  private List<Path> pictures(Path work) {
    List<Path> all = new ArrayList<>();
    Generator generator = Generator.drawn(8, DRAWN);
    for (int i = 0; i < images; i++) {
      RgbImage large = PillowResize.BICUBIC.resize(generator.any(i).image(), width, height);
      Path file = work.resolve("%04d.jpg".formatted(i));
      AtomicFiles.write(file, o -> ImageIO.write(buffered(large), "jpg", o));
      all.add(file);
    }
    return all;
  }

  private static BufferedImage buffered(RgbImage image) {
    BufferedImage b = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] p = image.rgb();
    for (int i = 0; i < p.length / 3; i++) {
      int rgb = (p[3 * i] & 0xff) << 16 | (p[3 * i + 1] & 0xff) << 8 | p[3 * i + 2] & 0xff;
      b.setRGB(i % image.width(), i / image.width(), rgb);
    }
    return b;
  }
}
