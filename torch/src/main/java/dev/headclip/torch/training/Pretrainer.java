package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.VisionTower;
import dev.headclip.image.Normalization;
import dev.headclip.map.MapOperator;
import dev.headclip.method.PromptIds;
import dev.headclip.method.Similarity;
import dev.headclip.synth.Captions;
import dev.headclip.synth.Example;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
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
   * @param seed of weights, examples and captions
   * @param imageSize side of the examples, pixels; a multiple of the patch's
   * @param steps of one batch each
   * @param batch examples a step
   * @param rate peak learning rate, after a warm-up, before a cosine
   * @param checkpointEvery steps between checkpoints
   * @param from backbone to start from, of any image size; empty for random weights
   */
  public record Settings(
      long seed,
      int imageSize,
      int steps,
      int batch,
      double rate,
      int checkpointEvery,
      Optional<Path> from) {
    public Settings {
      if (steps < 1 || batch < 2 || !(rate > 0) || checkpointEvery < 1) {
        throw new IllegalArgumentException(
            "--steps %d, --batch %d, --lr %s: expected at least 1, at least 2, above 0"
                .formatted(steps, batch, rate));
      }
      int p = StarterShape.PATCH;
      if (imageSize < 4 * p || imageSize % p != 0 || imageSize > 1024) {
        throw new IllegalArgumentException(
            "--image-size is %d, expected a multiple of %d from %d to 1024"
                .formatted(imageSize, p, 4 * p));
      }
    }
  }

  /**
   * What the last steps brought, for logs: mean losses since the last report.
   *
   * @param step counted from 1
   * @param caption loss of captions against images
   * @param global loss of the class token's verdict
   * @param top loss of the verdict read off the local path's map
   * @param local loss of the maps
   * @param imagesPerSecond since the last report
   */
  public record Progress(
      int step, double caption, double global, double top, double local, double imagesPerSecond) {}

  /** Lowest first layer of the local path while pretraining. */
  public static final int CSA_FIRST = 4;

  /** Share of surfaces that come from photographs, where there are some. */
  public static final double PHOTO_SHARE = 0.6;

  private static final int WARMUP = 200;
  private static final double DECAY = 0.05;
  private static final double CLIP_NORM = 1.0;
  private static final double AVERAGE = 0.999;
  private static final int AVERAGE_EVERY = 10;
  private static final double TEMPERATURE = 0.07;
  private static final double CAPTION_WEIGHT = 0.2;
  private static final double LOCAL_WEIGHT = 1.5;
  private static final double ORDINARY_WEIGHT = 1;
  private static final double FINE_WEIGHT = 0.5;
  private static final double TOP_WEIGHT = 0.5;
  private static final double TOP_SHARE = 0.03;
  private static final float PATCH_SHARE = 0.1f;
  private static final double HEAD_SPREAD = 0.75;
  private static final int STATES = 3;
  private static final int REPORT_EVERY = 50;

  private final Settings settings;
  private final Path out;
  private String fingerprint = "";
  private final ClipConfig config;
  private final int maskSize;
  private final HostTensor upsample;

  public Pretrainer(Settings settings, Path out) {
    this.settings = settings;
    this.out = out;
    this.config = StarterShape.config(settings.imageSize());
    this.maskSize = config.imageSize() / 2;
    this.upsample = new MapOperator(config.grid(), maskSize, 0).matrix();
  }

  /**
   * Trains, or goes on from the checkpoint in the output folder, and writes the averaged weights.
   *
   * @param stop asked after every step; when set, a checkpoint is written and the run ends
   * @return whether the run is complete
   */
  public boolean run(Generator generator, AtomicBoolean stop, Consumer<Progress> report) {
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
        "recipe 4, seed %d batch %d rate %s steps %d, from %s, %s"
            .formatted(
                settings.seed(),
                settings.batch(),
                settings.rate(),
                settings.steps(),
                start.name(),
                generator.description());
    try (NDManager manager = Torch.manager();
        ClipTokenizer tokenizer = ClipTokenizer.of(out, config);
        ExampleQueue queue = new ExampleQueue(generator, settings.batch())) {
      State s = State.start(manager, start.weights());
      if (Files.exists(checkpoint)) {
        s.load(checkpoint, fingerprint);
      }
      queue.startAt((long) s.step * settings.batch());
      long since = System.nanoTime();
      int sinceStep = s.step;
      double[] losses = new double[4];
      while (s.step < settings.steps() && !stop.get()) {
        double[] now = step(manager, s, tokenizer, queue.next());
        for (int i = 0; i < now.length; i++) {
          losses[i] += now[i] / REPORT_EVERY;
        }
        if (s.step % REPORT_EVERY == 0) {
          double seconds = (System.nanoTime() - since) / 1e9;
          report.accept(
              new Progress(
                  s.step,
                  losses[0],
                  losses[1],
                  losses[2],
                  losses[3],
                  (s.step - sinceStep) * settings.batch() / seconds));
          java.util.Arrays.fill(losses, 0);
          since = System.nanoTime();
          sinceStep = s.step;
        }
        if (s.step % settings.checkpointEvery() == 0) {
          save(s, checkpoint);
        }
      }
      save(s, checkpoint);
      return s.step >= settings.steps();
    }
  }

  private record Start(Map<String, HostTensor> weights, String name) {}

  private Start start() {
    if (settings.from().isEmpty()) {
      return new Start(StarterShape.initial(config, settings.seed()), "random weights");
    }
    Path from = settings.from().get();
    try (Backbone b = Backbone.open(from)) {
      if (!StarterShape.config(b.config().imageSize()).equals(b.config())) {
        throw new HeadClipException(
            "--from %s: a backbone of another shape, expected one that 'models pretrain' wrote"
                .formatted(from));
      }
      Map<String, HostTensor> all = new LinkedHashMap<>();
      b.weights().tensors().keySet().forEach(name -> all.put(name, b.weights().host(name)));
      all.computeIfPresent(
          ClipNames.VISION_POSITION, (n, t) -> PositionResize.BICUBIC.resize(t, config.grid()));
      return new Start(all, b.digest());
    }
  }

  private void save(State s, Path checkpoint) {
    s.save(checkpoint, fingerprint);
    StarterShape.write(out, config, s.averaged(), provenance(s.step));
  }

  private String provenance(int step) {
    ObjectNode p = new ObjectMapper().createObjectNode();
    p.put("by", "HeadCLIP for Java, starter pretrain").put("seed", settings.seed());
    p.put("step", step).put("steps", settings.steps()).put("batch", settings.batch());
    p.put("run", fingerprint).put("date", Instant.now().toString());
    return p.toString();
  }

  private double[] step(
      NDManager manager, State s, ClipTokenizer tokenizer, List<Example> examples) {
    SplittableRandom r = Generator.random(settings.seed() + 1_000_000, s.step);
    double[] losses = new double[4];
    int layers = config.vision().layers();
    LocalPath path = LocalPath.of(CSA_FIRST + r.nextInt(layers - CSA_FIRST + 1), layers);
    try (TorchOps ops = new TorchOps(manager);
        GradientCollector collector = Torch.engine().newGradientCollector()) {
      VisionTower<NDArray> vision = new VisionTower<>(config, s.weights);
      VisionTower.Output<NDArray> seen =
          vision.forward(
              ops,
              pixels(ops, examples),
              path,
              List.of(config.vision().layers()),
              Optional.of(ops.constant(headWeights(path, r))));
      NDArray image =
          ops.normalize(ops.reshape(vision.project(ops, seen.global(), true), -1, config.embed()));
      NDArray captions = captions(ops, s.weights, tokenizer, examples, r);
      NDArray states = states(ops, s.weights, tokenizer, r);

      NDArray caption = contrast(ops, image, captions);
      NDArray truth =
          ops.constant(
              HeadClipLoss.oneHot(
                  examples.stream().mapToInt(e -> e.anomalous() ? 1 : 0).toArray()));
      NDArray global =
          Losses.crossEntropy(Similarity.logits(ops, image, states, TEMPERATURE), truth);
      NDArray mask = masks(ops, examples);
      NDArray localMap = abnormal(ops, vision, seen.local().get(0), states);
      NDArray ordinaryMap = abnormal(ops, vision, seen.tokens(), states);
      NDArray local = mapLoss(ops, localMap, mask);
      NDArray ordinary = mapLoss(ops, ordinaryMap, mask);
      NDArray top = topLoss(ops, localMap, truth);
      NDArray ordinaryTop = topLoss(ops, ordinaryMap, truth);
      NDArray total =
          ops.scale(caption, CAPTION_WEIGHT)
              .add(global)
              .add(ops.scale(local, LOCAL_WEIGHT))
              .add(ops.scale(ordinary, ORDINARY_WEIGHT))
              .add(ops.scale(top.add(ordinaryTop), TOP_WEIGHT));
      collector.backward(total);
      losses[0] = caption.getFloat();
      losses[1] = global.getFloat();
      losses[2] = top.getFloat();
      losses[3] = local.getFloat();
      if (!Double.isFinite(total.getFloat())) {
        throw new HeadClipException(
            "loss is not a number at step %d; lower --lr, the last checkpoint is in %s"
                .formatted(s.step + 1, out));
      }
    }
    s.update(rateAt(s.step), CLIP_NORM, DECAY);
    if (s.step % AVERAGE_EVERY == 0) {
      // young averages forget faster, so that the random start does not linger
      s.average(
          Math.min(Math.pow(AVERAGE, AVERAGE_EVERY), s.step / (s.step + 10.0 * AVERAGE_EVERY)));
    }
    return losses;
  }

  private HostTensor headWeights(LocalPath path, SplittableRandom r) {
    HostTensor w = HostTensor.zeros(path.layers(), config.vision().heads());
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = (float) (1 + HEAD_SPREAD * (2 * r.nextDouble() - 1));
    }
    return w;
  }

  private double rateAt(int step) {
    if (step < WARMUP) {
      return settings.rate() * (step + 1) / WARMUP;
    }
    double t = (double) (step - WARMUP) / Math.max(1, settings.steps() - WARMUP);
    return settings.rate() * (0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, t))));
  }

  private NDArray pixels(TorchOps ops, List<Example> examples) {
    int n = config.imageSize();
    float[] data = new float[examples.size() * 3 * n * n];
    for (int i = 0; i < examples.size(); i++) {
      Normalization.clip().apply(examples.get(i).image(), data, i * 3 * n * n);
    }
    return ops.constant(HostTensor.of(data, examples.size(), 3, n, n));
  }

  private NDArray masks(TorchOps ops, List<Example> examples) {
    int m = maskSize;
    int n = config.imageSize();
    float[] data = new float[examples.size() * m * m];
    for (int i = 0; i < examples.size(); i++) {
      byte[] mask = examples.get(i).mask();
      for (int y = 0; y < m; y++) {
        for (int x = 0; x < m; x++) {
          int at = 2 * y * n + 2 * x;
          int sum = mask[at] + mask[at + 1] + mask[at + n] + mask[at + n + 1];
          data[i * m * m + y * m + x] = sum >= 2 ? 1 : 0;
        }
      }
    }
    return ops.constant(HostTensor.of(data, examples.size(), m, m));
  }

  private NDArray captions(
      TorchOps ops,
      TorchWeights weights,
      ClipTokenizer tokenizer,
      List<Example> examples,
      SplittableRandom r) {
    return sentences(
        ops, weights, tokenizer, examples.stream().map(e -> Captions.of(e, r)).toList());
  }

  /** Unit text features of normal and abnormal, each the mean of a few sentences: [2,E]. */
  private NDArray states(
      TorchOps ops, TorchWeights weights, ClipTokenizer tokenizer, SplittableRandom r) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 2 * STATES; i++) {
      all.add(Captions.state(i >= STATES, r));
    }
    NDArray each = ops.reshape(sentences(ops, weights, tokenizer, all), 2, STATES, config.embed());
    NDArray mean = each.mean(new int[] {1});
    return ops.normalize(mean);
  }

  private NDArray sentences(
      TorchOps ops, TorchWeights weights, ClipTokenizer tokenizer, List<String> texts) {
    PromptIds ids = PromptIds.of(tokenizer.encode(texts, false), tokenizer.endId());
    TextTower<NDArray> tower = new TextTower<>(config, weights);
    NDArray words = tower.embed(ops, ids.ids());
    return ops.normalize(tower.forward(ops, words, ids.eot(), DeepTokens.none()));
  }

  /** CLIP's symmetric cross-entropy over the batch. */
  private static NDArray contrast(TorchOps ops, NDArray image, NDArray text) {
    int n = Math.toIntExact(image.getShape().get(0));
    HostTensor diagonal = HostTensor.zeros(n, n);
    for (int i = 0; i < n; i++) {
      diagonal.data()[i * n + i] = 1;
    }
    NDArray truth = ops.constant(diagonal);
    NDArray logits = Similarity.logits(ops, image, text, TEMPERATURE);
    return ops.scale(
        Losses.crossEntropy(logits, truth)
            .add(Losses.crossEntropy(ops.transpose(logits, 1, 0), truth)),
        0.5);
  }

  /** P_a of the patches, [B,N,1]. */
  private static NDArray abnormal(
      TorchOps ops, VisionTower<NDArray> vision, NDArray tokens, NDArray states) {
    NDArray patches = ops.slice(tokens, 1, 1, tokens.getShape().get(1));
    NDArray unit = ops.normalize(vision.project(ops, patches, true));
    return ops.slice(Similarity.probability(ops, unit, states, TEMPERATURE), 2, 1, 2);
  }

  /**
   * Cross-entropy of the mean of the highest patches (Eq. 7): no normal image may have high ones.
   */
  private NDArray topLoss(TorchOps ops, NDArray abnormal, NDArray truth) {
    int patches = config.grid() * config.grid();
    int k = (int) Math.max(1, Math.round(TOP_SHARE * patches));
    NDArray top = ops.reshape(ops.topMean(ops.reshape(abnormal, -1, patches), k), -1, 1);
    NDArray p = ops.scale(top, 1 - 2e-4).add(1e-4f);
    NDArray both = ops.concat(1, List.of(p.neg().add(1), p));
    return both.log().mul(truth).sum(new int[] {-1}).mean().neg();
  }

  private NDArray mapLoss(TorchOps ops, NDArray abnormal, NDArray mask) {
    NDArray fine = Losses.local(ops, Losses.upsample(ops, abnormal, ops.constant(upsample)), mask);
    return ops.scale(fine, FINE_WEIGHT).add(balanced(ops, abnormal, mask));
  }

  /** Cross-entropy per patch, the few anomalous ones weighing as much as all others. */
  private NDArray balanced(TorchOps ops, NDArray abnormal, NDArray mask) {
    int g = config.grid();
    int side = maskSize / g;
    NDArray share =
        mask.reshape(-1, g, side, g, side)
            .sum(new int[] {2, 4})
            .div(side * side)
            .reshape(-1, (long) g * g, 1);
    NDArray bad = share.gt(PATCH_SHARE).toType(DataType.FLOAT32, false);
    // patches with a little of a defect count for neither side
    NDArray good = share.lte(0).toType(DataType.FLOAT32, false);
    NDArray p = ops.scale(abnormal, 1 - 2e-4).add(1e-4f);
    NDArray onBad = p.log().mul(bad).sum().div(bad.sum().add(1e-3f));
    NDArray onGood = p.neg().add(1).log().mul(good).sum().div(good.sum().add(1e-3f));
    return ops.scale(onBad.add(onGood), -0.5);
  }

  /** Weights, their average, and the optimiser's moments. */
  private static final class State {
    private final Map<String, NDArray> leaves = new LinkedHashMap<>();
    private final Map<String, NDArray> averages = new LinkedHashMap<>();
    private final Map<String, NDArray> first = new LinkedHashMap<>();
    private final Map<String, NDArray> second = new LinkedHashMap<>();
    private TorchWeights weights = TorchWeights.of(Map.of());
    private int step;

    static State start(NDManager manager, Map<String, HostTensor> initial) {
      State s = new State();
      initial.forEach(
          (name, t) -> {
            Shape shape = new Shape(t.shape());
            s.leaves.put(name, manager.create(t.data(), shape));
            s.averages.put(name, manager.create(t.data(), shape));
            s.first.put(name, manager.zeros(shape));
            s.second.put(name, manager.zeros(shape));
          });
      s.leaves.forEach((name, x) -> x.setRequiresGradient(!name.equals(ClipNames.LOGIT_SCALE)));
      s.weights = TorchWeights.of(s.leaves);
      return s;
    }

    void update(double rate, double clipNorm, double decay) {
      step++;
      double squares = 0;
      for (NDArray x : leaves.values()) {
        if (x.hasGradient()) {
          try (NDArray g = x.getGradient();
              NDArray norm = g.norm()) {
            double n = norm.getFloat();
            squares += n * n;
          }
        }
      }
      if (!Double.isFinite(squares)) {
        throw new HeadClipException(
            "the gradient is not a number at step %d; lower --lr, the last checkpoint is good"
                .formatted(step));
      }
      double scale = Math.min(1, clipNorm / Math.max(1e-12, Math.sqrt(squares)));
      double b1 = 0.9;
      double b2 = 0.99;
      double corrected = rate * Math.sqrt(1 - Math.pow(b2, step)) / (1 - Math.pow(b1, step));
      leaves.forEach(
          (name, x) -> {
            if (x.hasGradient()) {
              try (NDArray g = x.getGradient()) {
                boolean matrix = x.getShape().dimension() > 1 && !name.contains("embedding");
                if (matrix && name.contains("layers")) {
                  Muon.update(x, g, first.get(name), rate, decay, scale);
                  g.muli(0);
                  return;
                }
                x.getNDArrayInternal()
                    .adamUpdate(
                        new NDList(x, g, first.get(name), second.get(name)),
                        new NDList(x),
                        (float) rate,
                        (float) corrected,
                        (float) (matrix ? decay : 0),
                        (float) scale,
                        -1,
                        (float) b1,
                        (float) b2,
                        1e-8f,
                        true,
                        true);
                g.muli(0);
              }
            }
          });
    }

    void average(double keep) {
      averages.forEach(
          (name, a) -> {
            a.muli(keep);
            try (NDArray now = leaves.get(name).stopGradient();
                NDArray part = now.mul(1 - keep)) {
              a.addi(part);
            }
          });
    }

    Map<String, HostTensor> averaged() {
      return host("", averages);
    }

    private static Map<String, HostTensor> host(String prefix, Map<String, NDArray> arrays) {
      Map<String, HostTensor> all = new LinkedHashMap<>();
      arrays.forEach(
          (n, x) -> all.put(prefix + n, new HostTensor(x.getShape().getShape(), x.toFloatArray())));
      return all;
    }

    void save(Path file, String fingerprint) {
      Map<String, HostTensor> all = host("weights/", leaves);
      all.putAll(host("average/", averages));
      all.putAll(host("first/", first));
      all.putAll(host("second/", second));
      dev.headclip.weights.SafetensorsWriter.write(
          file, all, Map.of("step", String.valueOf(step), "fingerprint", fingerprint), false);
    }

    void load(Path file, String fingerprint) {
      try (dev.headclip.weights.SafetensorsFile f =
          dev.headclip.weights.SafetensorsFile.open(file)) {
        String found = f.metadata().getOrDefault("fingerprint", "");
        if (!found.equals(fingerprint)) {
          throw new HeadClipException(
              "%s: checkpoint of another run (%s), expected %s; use another folder"
                  .formatted(file, found, fingerprint));
        }
        step = Integer.parseInt(f.metadata().get("step"));
        for (Map.Entry<String, Map<String, NDArray>> group :
            Map.of("weights/", leaves, "average/", averages, "first/", first, "second/", second)
                .entrySet()) {
          group
              .getValue()
              .forEach(
                  (n, x) -> {
                    boolean learns = x.hasGradient();
                    x.setRequiresGradient(false);
                    x.set(java.nio.FloatBuffer.wrap(f.host(group.getKey() + n).data()));
                    x.setRequiresGradient(learns);
                  });
        }
      }
    }
  }
}
