package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.MvtecLayout;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.TrainSettings;
import dev.headclip.model.Model;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.training.EpochFigures;
import dev.headclip.training.Trainer;
import dev.headclip.training.TrainingData;
import dev.headclip.training.TrainingListener;
import dev.headclip.training.TrainingResult;
import dev.headclip.training.cache.CacheSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Epochs of training with each cache, and without one, on the same images in one run. */
@Command(
    name = "training",
    description = "Seconds per epoch and image with and without cached features, same losses?")
final class TrainingBench implements Callable<Integer> {
  private static final int MVTEC_IMAGES = 1725;
  private static final int PAPER_EPOCHS = 15;

  @Option(names = "--backbone", required = true, description = "A CLIP, or starter.")
  private String backbone;

  @Option(names = "--image-size", defaultValue = "336")
  private int imageSize;

  @Option(names = "--method", defaultValue = "headclip")
  private String method;

  @Option(names = "--images", defaultValue = "64")
  private int images;

  @Option(names = "--epochs", defaultValue = "3")
  private int epochs;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  @Option(
      names = "--ways",
      split = ",",
      defaultValue = "none,disk_fp32,disk_fp16,memory_fp32",
      description = "What is compared; with the first.")
  private List<Way> ways;

  /** What is compared. */
  private enum Way {
    DISK_FP32(CacheSettings.Place.DISK, false),
    DISK_FP16(CacheSettings.Place.DISK, true),
    MEMORY_FP32(CacheSettings.Place.MEMORY, false),
    NONE(CacheSettings.Place.NONE, false);

    private final CacheSettings.Place place;
    private final boolean half;

    Way(CacheSettings.Place place, boolean half) {
      this.place = place;
      this.half = half;
    }
  }

  @Override
  public Integer call() throws IOException {
    Path work = Files.createTempDirectory("headclip-bench");
    try (Backbone clip = Model.backbone(backbone)) {
      Path root = work.resolve("data");
      // a multiple of the kinds, so cut to the number wanted
      DataSetWriter.write(root, Generator.drawn(5, 256), Math.max(92, 2 * images), n -> {});
      var all = new MvtecLayout().read(root);
      var samples = all.subList(0, Math.min(images, all.size()));
      TrainingData data =
          TrainingData.check(new AnnotatedSet("drawn", root, Optional.empty(), samples), n -> {});
      ObjectNode results = Results.begin("training");
      results
          .putObject("settings")
          .put("backbone", backbone)
          .put("image_size", imageSize)
          .put("images", samples.size())
          .put("epochs", epochs)
          .put("batch", TrainSettings.defaults().batch())
          .put("method", method);
      List<EpochFigures> plain = List.of();
      for (Way way : ways) {
        ObjectNode one = results.putObject(way.name().toLowerCase(java.util.Locale.ROOT));
        Path cache = work.resolve("cache-" + way);
        List<Double> seconds = new ArrayList<>();
        List<Long> memory = new ArrayList<>();
        TrainingResult r =
            new Trainer(clip, data)
                .method(method)
                .set(
                    Map.of(
                        "image_size",
                        imageSize,
                        "epochs",
                        epochs,
                        "feature_precision",
                        way.half ? "fp16" : "fp32"))
                .cache(new CacheSettings(way.place, cache, OptionalLong.of(Long.MAX_VALUE / 2)))
                .listener(
                    new TrainingListener() {
                      @Override
                      public void epoch(int epoch, EpochFigures f, double s) {
                        seconds.add(s);
                        memory.add(Results.megabytes(false));
                        System.err.printf("%s epoch %d: %.1f s%n", way, epoch, s);
                      }
                    })
                .run();
        if (plain.isEmpty()) {
          plain = r.epochs();
        }
        report(one, r.epochs(), plain, seconds, memory, samples.size());
        one.put("cache_bytes_per_image", bytes(cache) / samples.size());
        AtomicFiles.deleteTree(cache);
      }
      Results.write(name, results);
    } finally {
      AtomicFiles.deleteTree(work);
    }
    return 0;
  }

  private void report(
      ObjectNode to,
      List<EpochFigures> epochs,
      List<EpochFigures> plain,
      List<Double> seconds,
      List<Long> memory,
      int images) {
    seconds.forEach(s -> to.withArray("epoch_seconds").add(round(s)));
    memory.forEach(m -> to.withArray("resident_mb_after_epoch").add(m));
    double first = seconds.get(0);
    double later = seconds.stream().skip(1).mapToDouble(s -> s).average().orElse(first);
    to.put("later_to_first", round(later / first));
    to.put("first_seconds_per_image", round(first / images));
    to.put("later_seconds_per_image", round(later / images));
    to.put(
        "hours_for_1725_images_15_epochs",
        round((first + (PAPER_EPOCHS - 1) * later) / images * MVTEC_IMAGES / 3600));
    double difference = 0;
    for (int i = 0; i < epochs.size(); i++) {
      Map<String, Double> losses = epochs.get(i).losses();
      for (String part : losses.keySet()) {
        double other = plain.get(i).losses().get(part);
        difference = Math.max(difference, Math.abs(losses.get(part) - other));
      }
    }
    to.put("largest_loss_difference_to_the_first_way", difference);
    to.put("peak_mb", Results.megabytes(true));
  }

  private static long bytes(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static double round(double v) {
    return Math.round(v * 1e4) / 1e4;
  }
}
