package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.synth.Example;
import dev.headclip.synth.Generator;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.weights.FileSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Pretrains the starter's small CLIP end to end on generated examples: captions against images as
 * CLIP does, the global path's verdict, and maps of both the local and the ordinary path.
 *
 * <p>The loss sees the local path (value-value attention), because maps read off a network that
 * never saw it depend wholly on where that path starts. Its first layer and its head weights are
 * drawn anew in every step: no setting of them is the one that was trained, so that the adaptation
 * has them to choose.
 */
public final class Pretrainer {
  /**
   * What the last steps brought, for logs: mean losses since the last report.
   *
   * @param step counted from 1
   * @param caption loss of captions against images
   * @param global loss of the class token's verdict
   * @param top loss of the verdict read off the local path's map
   * @param local loss of the maps
   * @param comparison loss of comparing two views of a product
   * @param masked loss of hidden patches
   * @param cropped loss of crops
   * @param imagesPerSecond since the last report
   */
  public record Progress(
      int step,
      double caption,
      double global,
      double top,
      double local,
      double comparison,
      double masked,
      double cropped,
      double imagesPerSecond) {
    private static Progress of(int step, double[] sums, int steps, double imagesPerSecond) {
      double[] m = Arrays.stream(sums).map(s -> s / steps).toArray();
      return new Progress(step, m[0], m[1], m[2], m[3], m[4], m[5], m[6], imagesPerSecond);
    }
  }

  /** Lowest first layer of the local path while pretraining. */
  public static final int CSA_FIRST = 4;

  /** Share of surfaces that come from photographs, where there are some. */
  public static final double PHOTO_SHARE = 0.6;

  private static final int WARMUP = 200;
  private static final double DECAY = 0.05;
  private static final double CLIP_NORM = 1.0;
  private static final double AVERAGE = 0.999;
  private static final int AVERAGE_EVERY = 10;
  private static final int REPORT_EVERY = 50;
  private static final int LOSSES = 7;

  private final PretrainSettings settings;
  private final Optional<Path> from;
  private final Path out;
  private String fingerprint = "";
  private final ClipConfig config;

  /**
   * @param from backbone to start from, of any image size; empty for random weights
   * @param out folder of backbone and checkpoint
   */
  public Pretrainer(PretrainSettings settings, Optional<Path> from, Path out) {
    this.settings = settings;
    this.from = from;
    this.out = out;
    this.config = StarterShape.config(settings.imageSize(), settings.width());
  }

  /**
   * Trains, or goes on from the checkpoint in the output folder, and writes the averaged weights.
   *
   * @param stop asked before every step; when true, a checkpoint is written and the run ends
   * @return whether the run is complete
   */
  public boolean run(Generator generator, BooleanSupplier stop, Consumer<Progress> report) {
    if (generator.size() != config.imageSize()) {
      throw new IllegalArgumentException(
          "examples of %d px for a network of %d px"
              .formatted(generator.size(), config.imageSize()));
    }
    Path checkpoint = out.resolve("checkpoint.safetensors");
    Start start = start();
    if (!Files.exists(checkpoint)) {
      StarterShape.write(out, config, start.weights(), "untrained");
    }
    fingerprint =
        "recipe 6, seed %d width %d batch %d in %d rate %s steps %d views %s comparison %s by %s masked %s crops %s, from %s, %s"
            .formatted(
                settings.seed(),
                settings.width(),
                settings.batch(),
                settings.shards(),
                settings.lr(),
                settings.steps(),
                settings.views(),
                settings.comparison(),
                settings.compareBy(),
                settings.masked(),
                settings.crops(),
                start.name(),
                generator.description());
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(out), config);
    try (NDManager manager = Torch.manager();
        Shards shards = new Shards(settings.shards());
        ExampleQueue queue = queue(generator)) {
      PretrainLoss loss = new PretrainLoss(config, tokenizer, settings);
      PretrainState s = PretrainState.start(manager, start.weights());
      if (Files.exists(checkpoint)) {
        s.load(checkpoint, fingerprint);
      }
      queue.startAt(s.step());
      long since = System.nanoTime();
      int sinceStep = s.step();
      double[] losses = new double[LOSSES];
      while (s.step() < settings.steps() && !stop.getAsBoolean()) {
        double[] now = step(manager, shards, s, loss, queue.next());
        for (int i = 0; i < now.length; i++) {
          losses[i] += now[i];
        }
        if (s.step() % REPORT_EVERY == 0) {
          double seconds = (System.nanoTime() - since) / 1e9;
          int steps = s.step() - sinceStep;
          report.accept(Progress.of(s.step(), losses, steps, steps * settings.batch() / seconds));
          Arrays.fill(losses, 0);
          since = System.nanoTime();
          sinceStep = s.step();
        }
        if (s.step() % settings.checkpointEvery() == 0) {
          save(s, checkpoint);
        }
      }
      save(s, checkpoint);
      return s.step() >= settings.steps();
    }
  }

  private ExampleQueue queue(Generator generator) {
    return settings.views() == 2
        ? new ExampleQueue(generator::pair, settings.batch() / 2)
        : new ExampleQueue(i -> List.of(generator.any(i)), settings.batch());
  }

  private Start start() {
    return from.map(f -> Start.of(f, config, Start.randomWords(config, settings.seed())))
        .orElseGet(() -> Start.random(config, settings.seed()));
  }

  private void save(PretrainState s, Path checkpoint) {
    s.save(checkpoint, fingerprint);
    StarterShape.write(out, config, s.averaged(), provenance(s.step()));
  }

  private String provenance(int step) {
    ObjectNode p = new ObjectMapper().createObjectNode();
    p.put("by", "HeadCLIP for Java, starter pretrain").put("seed", settings.seed());
    p.put("step", step).put("steps", settings.steps()).put("batch", settings.batch());
    p.put("run", fingerprint).put("date", Instant.now().toString());
    return p.toString();
  }

  private double[] step(
      NDManager manager, Shards shards, PretrainState s, PretrainLoss loss, List<Example> batch) {
    SplittableRandom r = Generator.random(settings.seed() + 1_000_000, s.step());
    List<SplittableRandom> draws = new ArrayList<>();
    for (int i = 0; i < shards.count(); i++) {
      draws.add(r.split());
    }
    int part = batch.size() / shards.count();
    double[] losses = new double[LOSSES];
    try (GradientCollector collector = Torch.engine().newGradientCollector()) {
      shards
          .each(
              i ->
                  shard(
                      manager,
                      collector,
                      s,
                      loss,
                      batch.subList(i * part, (i + 1) * part),
                      draws.get(i)))
          .forEach(
              each -> {
                for (int i = 0; i < losses.length; i++) {
                  losses[i] += each[i] / shards.count();
                }
              });
    }
    s.update(shards, rateAt(s.step()), CLIP_NORM, DECAY);
    if (s.step() % AVERAGE_EVERY == 0) {
      // young averages forget faster, so that the random start does not linger
      s.average(
          Math.min(Math.pow(AVERAGE, AVERAGE_EVERY), s.step() / (s.step() + 10.0 * AVERAGE_EVERY)));
    }
    return losses;
  }

  /** Adds a part's share of the gradients; its losses. */
  private double[] shard(
      NDManager manager,
      GradientCollector collector,
      PretrainState s,
      PretrainLoss loss,
      List<Example> part,
      SplittableRandom r) {
    try (TorchOps ops = new TorchOps(manager)) {
      PretrainLoss.Parts parts = loss.of(ops, s.weights(), s.teacher(), part, r);
      if (!Double.isFinite(parts.total().getFloat())) {
        throw new HeadClipException(
            "loss is not a number at step %d; lower lr, the last checkpoint is in %s"
                .formatted(s.step() + 1, out));
      }
      collector.backward(ops.scale(parts.total(), 1.0 / settings.shards()));
      return parts.each().stream().mapToDouble(NDArray::getFloat).toArray();
    }
  }

  private double rateAt(int step) {
    if (step < WARMUP) {
      return settings.lr() * (step + 1) / WARMUP;
    }
    double t = (double) (step - WARMUP) / Math.max(1, settings.steps() - WARMUP);
    return settings.lr() * (0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, t))));
  }
}
