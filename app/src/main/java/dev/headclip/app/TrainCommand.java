package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.MvtecFolder;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.AdapterFile;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headclip train}. */
@Command(
    name = "train",
    description = "Learns an adapter for a frozen CLIP on an annotated data set in MVTec layout.",
    footer = {
      "",
      "Examples:",
      "  headclip train --root mvtec_ad --backbone clip-vit-large-patch14-336 --out mvtec.safetensors",
      "  headclip train --root auxiliary --backbone starter --csa 4-8 --cls-ln-post --out mine.safetensors"
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
      names = "--head-weight-start-sd",
      paramLabel = "SD",
      description = "Deviation of a normal draw around it (default: 0).")
  private Double headWeightDeviation;

  @Mixin private MethodOptions method;

  @Override
  public Integer call() {
    List<Sample> samples = MvtecFolder.test(root);
    checkLabels(samples);
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(backbone);
        Backbone clip = Backbone.open(folder.path());
        Stopper stopper = new Stopper(60)) {
      TrainSettings train = trainSettings();
      AdapterTrainer trainer = new AdapterTrainer(train, method.settings(clip.config()));
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
        headWeightStart == null ? d.headWeightStart() : headWeightStart,
        headWeightDeviation == null ? d.headWeightDeviation() : headWeightDeviation);
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
    p.put("head_weight_start_sd", train.headWeightDeviation());
    p.put("seed", train.seed());
    p.put("code", "headclip " + Version.text());
    p.put("date", Instant.now().toString());
    p.put("loss_curve", result.losses());
    return p;
  }
}
