package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.LocalPath;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.MvtecFolder;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.torch.training.AdapterTrainer;
import dev.headclip.torch.training.TrainSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headclip train}. */
@Command(
    name = "train",
    description = "Learns an adapter for a frozen CLIP on an annotated data set in MVTec layout.",
    footer = {
      "",
      "Examples:",
      "  headclip train --root mvtec_ad --backbone clip-vit-large-patch14-336 --out mvtec.safetensors",
      "  headclip train --root auxiliary --backbone starter --epochs 3 --out mine.safetensors"
    })
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "The data set; its test part is trained on, as in the paper.")
  private Path root;

  @Option(
      names = "--backbone",
      required = true,
      paramLabel = "DIR|starter",
      description = "The CLIP to adapt.")
  private String backbone;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The adapter file to write.")
  private Path out;

  @Option(names = "--epochs", paramLabel = "N", description = "Default: 15.")
  private Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Images a step (default: 8).")
  private Integer batch;

  @Option(names = "--lr", paramLabel = "R", description = "Adam's learning rate (default: 0.001).")
  private Double rate;

  @Option(
      names = "--head-weight-lr",
      paramLabel = "R",
      description = "The head weights' own rate (default: --lr).")
  private Double headRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of first numbers and order (default: 111).")
  private Long seed;

  @Option(
      names = "--local-loss-weight",
      paramLabel = "W",
      description = "Of the maps' loss beside the global one (default: 1).")
  private Double localLossWeight;

  @Option(
      names = "--head-weights",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Learn a weight for every head of the local path (default: yes).")
  private boolean headWeights;

  @Option(
      names = "--head-weight-start",
      paramLabel = "W",
      description = "Their first value (default: 1).")
  private Double headWeightStart;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side of the network's input (default: 518, or the backbone's own).")
  private Integer imageSize;

  @Option(
      names = "--csa",
      paramLabel = "FIRST-LAST",
      description = "Layers with value-value attention (default: 6-24 of 24).")
  private String csa;

  @Option(
      names = "--output-layers",
      split = ",",
      paramLabel = "L",
      description = "Layers whose features make maps (default: the last).")
  private List<Integer> outputLayers;

  @Option(
      names = "--aggregate",
      paramLabel = "NAME",
      description =
          "Reading of Eq. 6: residual, sum_no_skip, mean_states, per_layer_maps (default: residual).")
  private LocalPath.Aggregate aggregate;

  @Option(
      names = "--lambda",
      paramLabel = "L",
      description = "Weight of the local score, stored in the adapter (default: 0.5).")
  private Double lambda;

  @Option(
      names = "--cls-ln-post",
      description = "The global feature passes the tower's last normalisation.")
  private boolean clsLnPost;

  @Override
  public Integer call() {
    List<Sample> samples = MvtecFolder.test(root);
    checkLabels(samples);
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(backbone);
        Backbone clip = Backbone.open(folder.path());
        Stopper stopper = new Stopper(60)) {
      TrainSettings train = trainSettings();
      HeadClipSettings method = methodSettings(clip);
      AdapterTrainer trainer = new AdapterTrainer(train, method);
      long images = (long) samples.size() * train.epochs();
      AdapterTrainer.Result result;
      try (ProgressLine progress = ProgressLine.of("train", images, "images")) {
        long[] done = new long[1];
        result =
            trainer.run(
                clip,
                samples,
                stopper.flag(),
                p -> {
                  done[0] += train.batch();
                  progress.at(
                      Math.min(done[0], images),
                      "epoch %d global %.3f local %.3f"
                          .formatted(p.epoch(), p.global(), p.local()));
                });
      }
      if (!result.complete()) {
        throw new HeadClipException(
            "stopped after %d of %d epochs; nothing written, start again to train"
                .formatted(result.losses().size(), train.epochs()));
      }
      AdapterFile.write(out, trainer.adapter(result, provenance(clip, train, samples, result)));
    }
    System.err.println("adapter written to " + out);
    return Main.OK;
  }

  private void checkLabels(List<Sample> samples) {
    long anomalous = samples.stream().filter(Sample::anomalous).count();
    if (anomalous == 0 || anomalous == samples.size()) {
      throw new HeadClipException(
          "%s: %d images, all %s; expected normal and anomalous ones"
              .formatted(root, samples.size(), anomalous == 0 ? "normal" : "anomalous"));
    }
    long unmasked = samples.stream().filter(s -> s.anomalous() && s.mask().isEmpty()).count();
    System.err.printf(
        "%d images, %d anomalous%s%n",
        samples.size(),
        anomalous,
        unmasked == 0 ? "" : ", %d of them without a mask (taken as empty)".formatted(unmasked));
    Path parent = out.toAbsolutePath().getParent();
    if (Files.exists(parent) && !Files.isWritable(parent)) {
      throw new HeadClipException("--out %s: folder is not writable".formatted(out));
    }
  }

  private TrainSettings trainSettings() {
    TrainSettings d = TrainSettings.defaults();
    double lr = rate == null ? d.rate() : rate;
    return new TrainSettings(
        epochs == null ? d.epochs() : epochs,
        batch == null ? d.batch() : batch,
        lr,
        headRate == null ? lr : headRate,
        seed == null ? d.seed() : seed,
        localLossWeight == null ? d.localLossWeight() : localLossWeight,
        headWeights,
        headWeightStart == null ? d.headWeightStart() : headWeightStart);
  }

  private HeadClipSettings methodSettings(Backbone clip) {
    HeadClipSettings s = HeadClipSettings.defaultsFor(clip.config()).withClsLnPost(clsLnPost);
    LocalPath path = s.localPath();
    if (csa != null) {
      if (!csa.matches("\\d{1,4}-\\d{1,4}")) {
        throw new HeadClipException("--csa is %s, expected FIRST-LAST, as 6-24".formatted(csa));
      }
      String[] ends = csa.split("-");
      path = LocalPath.of(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
    }
    s = s.withLocalPath(aggregate == null ? path : path.withAggregate(aggregate));
    s = imageSize == null ? s : s.withImageSize(imageSize);
    s = outputLayers == null ? s : s.withOutputLayers(outputLayers);
    s = lambda == null ? s : s.withLambda(lambda);
    s.checkAgainst(clip.config());
    return s;
  }

  private Map<String, Object> provenance(
      Backbone clip, TrainSettings train, List<Sample> samples, AdapterTrainer.Result result) {
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("data_set", root.toAbsolutePath().normalize().getFileName().toString());
    p.put("data_set_digest", DataDigest.of(root, samples));
    p.put("images", samples.size());
    p.put("backbone", backbone);
    p.put("backbone_digest", clip.digest());
    p.put("epochs", train.epochs());
    p.put("batch", train.batch());
    p.put("lr", train.rate());
    p.put("head_weight_lr", train.headWeightRate());
    p.put("local_loss_weight", train.localLossWeight());
    p.put("head_weight_start", train.headWeightStart());
    p.put("seed", train.seed());
    p.put("code", "headclip " + Version.text());
    p.put("date", Instant.now().toString());
    p.put("loss_curve", result.losses());
    return p;
  }
}
