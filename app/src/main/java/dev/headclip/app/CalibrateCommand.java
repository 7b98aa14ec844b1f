package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.calibrate.Calibration;
import dev.headclip.calibrate.ThresholdEffect;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.ImageFormat;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.ScoreSettings;
import dev.headclip.model.ClipModel;
import dev.headclip.settings.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code headclip calibrate}. */
@Command(
    name = "calibrate",
    description =
        "Finds a threshold for your images and stores it in an adapter with its origin: from labelled images (--root), normal ones (--normal), or, as a guess, unlabelled ones (--unlabelled). Scores stay as they are.",
    footer = {
      "",
      "Examples:",
      "  headclip calibrate --normal good-parts/ --target-fpr 0.01 --out mine.safetensors",
      "  headclip calibrate --normal good-parts/ --root labelled-parts/ --out mine.safetensors",
      "  headclip calibrate --root labelled-parts/ --recall 0.95 --out mine.safetensors",
      "  headclip detect parts/ --backbone starter --adapter mine.safetensors"
    })
final class CalibrateCommand implements Callable<Integer>, WithSettings {
  @Mixin private DataOptions labelled;

  @Option(
      names = "--normal",
      paramLabel = "IMAGE|DIR",
      arity = "1..*",
      description = "Images without anomalies.")
  private List<Path> normal = List.of();

  @Option(
      names = "--unlabelled",
      paramLabel = "IMAGE|DIR",
      arity = "1..*",
      description = "Images of which most are normal.")
  private List<Path> unlabelled = List.of();

  @Option(
      names = "--recall",
      paramLabel = "R",
      description = "Share of anomalous images to be found, with --root (default: best F1).")
  private Optional<Double> recall;

  @Mixin private ModelOptions model;

  @Mixin private RegionOptions regions;

  @Mixin private EngineOptions compute;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The adapter to write (default: the one that was read, if it is a file of yours).")
  private Optional<Path> out;

  @Option(
      names = "--force",
      description =
          "Write a threshold of --normal even where it halves the anomalies found in --root.")
  private boolean force;

  private int failed;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    compute.addSettings(command);
  }

  @Override
  public Integer call() throws IOException {
    boolean annotated = labelled.isGiven();
    long ways =
        List.of(annotated, !normal.isEmpty(), !unlabelled.isEmpty()).stream()
            .filter(b -> b)
            .count();
    boolean checked = annotated && !normal.isEmpty() && unlabelled.isEmpty();
    if (ways != 1 && !checked) {
      throw new HeadClipException(
          "expected one of --root, --normal, --unlabelled, or --normal with --root to see what it does");
    }
    Path to =
        out.or(model::ownAdapter)
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "a built-in model cannot be changed; name a file with --out"));
    Calibration c;
    ScoreSettings used;
    MethodConfig<?> method;
    try (Detector detector = ModelOptions.said(regions.on(model.builder(compute, false)).build());
        Stopper stopper = new Stopper(20)) {
      if (detector.references().isPresent()) {
        throw new HeadClipException(
            "%s: its references say where normal parts end, which a calibrated adapter would lose; give detect a --threshold"
                .formatted(detector.model().name()));
      }
      c = annotated && !checked ? fromLabels(detector, stopper) : fromFolder(detector, stopper);
      if (checked && !stopper.flag().get()) {
        weigh(detector, c.threshold(), stopper);
      }
      if (stopper.flag().get()) {
        System.err.println("stopped; nothing written");
        return Main.SOME_FAILED;
      }
      used = detector.model().scores();
      method =
          detector.model() instanceof ClipModel clip
              ? clip.adapter().method()
              : model.storedAdapter().method();
    }
    Adapter before = model.storedAdapter();
    Map<String, Object> facts = new LinkedHashMap<>(c.facts());
    facts.put("previous_threshold", before.scores().threshold());
    facts.put("lambda", used.lambda());
    facts.put("image_size", method.imageSize());
    facts.put("date", Instant.now().toString());
    Map<String, Object> provenance = new LinkedHashMap<>(before.provenance());
    provenance.put(Calibration.KEY, facts);
    ScoreSettings found = Schema.with(used, "threshold", c.threshold());
    AdapterFile.write(to, new Adapter(method, found, before.learned(), provenance));
    System.out.printf("threshold %.4f (was %.4f)%n", c.threshold(), before.scores().threshold());
    c.remarks().forEach(System.out::println);
    System.err.println("adapter written to " + to);
    if (failed > 0) {
      System.err.println("note: %d images could not be read and were left out".formatted(failed));
    }
    return failed > 0 ? Main.SOME_FAILED : Main.OK;
  }

  /** Says what a threshold does to labelled images, before it is applied. */
  private void weigh(Detector detector, double threshold, Stopper stopper) {
    Labelled found = labelled(detector, stopper);
    if (stopper.flag().get()) {
      return;
    }
    ThresholdEffect effect =
        ThresholdEffect.of(
            found.scores(), found.labels(), model.storedAdapter().scores().threshold(), threshold);
    System.out.printf("threshold %.4f %s%n", threshold, effect.text());
    if (effect.halvesRecall() && !force) {
      throw new HeadClipException(
          "not written: threshold %.4f would find fewer than half of the anomalies that were found; add --force to take it, or give more or other normal images"
              .formatted(threshold));
    }
  }

  /** Scores and labels of annotated images. */
  private record Labelled(float[] scores, boolean[] labels) {
    float[] normals() {
      List<Float> all = new ArrayList<>();
      for (int i = 0; i < scores.length; i++) {
        if (!labels[i]) {
          all.add(scores[i]);
        }
      }
      return array(all);
    }
  }

  private Labelled labelled(Detector detector, Stopper stopper) {
    List<Sample> samples = labelled.read().samples();
    Map<Integer, Float> scores =
        scores(detector, samples.stream().map(s -> ImageSource.of(s.image())).toList(), stopper);
    boolean[] labels = new boolean[scores.size()];
    int n = 0;
    for (int i : scores.keySet()) {
      labels[n++] = samples.get(i).anomalous();
    }
    return new Labelled(array(scores.values()), labels);
  }

  private Calibration fromLabels(Detector detector, Stopper stopper) {
    Labelled found = labelled(detector, stopper);
    if (stopper.flag().get()) {
      return new Calibration(0, Map.of(), List.of());
    }
    float[] all = found.scores();
    boolean[] labels = found.labels();
    if (recall.isPresent()) {
      return Calibration.recall(all, labels, recall.get());
    }
    return model.targetFpr().isPresent()
        ? Calibration.normals(found.normals(), model.targetFpr().get())
        : Calibration.bestF1(all, labels);
  }

  private Calibration fromFolder(Detector detector, Stopper stopper) throws IOException {
    List<ImageSource> images = ImageSearch.said(normal.isEmpty() ? unlabelled : normal).sources();
    float[] scores = array(scores(detector, images, stopper).values());
    if (stopper.flag().get()) {
      return new Calibration(0, Map.of(), List.of());
    }
    double rate = model.targetFpr().orElse(0.01);
    return normal.isEmpty()
        ? Calibration.unlabelled(scores, rate)
        : Calibration.normals(scores, rate);
  }

  /** Scores by the images' places; what cannot be read is said and left out, as in detect. */
  private Map<Integer, Float> scores(Detector detector, List<ImageSource> images, Stopper stopper) {
    Map<Integer, Float> scores = new TreeMap<>();
    try (ProgressLine progress = ProgressLine.of("calibrate", images.size(), "images");
        Detections<Outcome> found = detector.stream(images, StreamSettings.defaults())) {
      for (int i = 0; found.hasNext() && !stopper.flag().get(); i++) {
        Outcome o = found.next();
        if (o instanceof Outcome.Failed f) {
          System.err.println("headclip: %s: %s".formatted(f.source().id(), f.error()));
          failed++;
        } else if (o instanceof Outcome.Scored s) {
          scores.put(i, (float) s.detection().score());
        }
        progress.at(i + 1, "");
      }
    }
    if (scores.isEmpty() && !stopper.flag().get()) {
      throw new HeadClipException(
          images.isEmpty()
              ? "no images, expected %s files".formatted(ImageFormat.READABLE)
              : "none of %d images could be read".formatted(images.size()));
    }
    return scores;
  }

  private static float[] array(Collection<Float> values) {
    float[] a = new float[values.size()];
    int n = 0;
    for (float v : values) {
      a[n++] = v;
    }
    return a;
  }
}
