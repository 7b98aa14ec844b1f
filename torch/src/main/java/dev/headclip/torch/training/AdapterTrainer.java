package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.DataDigest;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.method.SettingsJson;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchWeights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learns an adapter on an annotated auxiliary data set: prompts, deep text tokens, head weights;
 * the backbone stays as it is. Same seed, data, machine and thread count, same adapter, bit for
 * bit, whatever is cached and however often it was stopped.
 */
public final class AdapterTrainer {
  /**
   * What a run brought.
   *
   * @param learned the numbers
   * @param epochs their losses
   * @param best the epoch that the numbers are of, where it was selected
   * @param complete false where it was stopped early
   * @param started when the run began first, as text
   */
  public record Result(
      Learned<HostTensor> learned,
      List<EpochFigures> epochs,
      Optional<Integer> best,
      boolean complete,
      String started) {}

  private final TrainSettings train;
  private final HeadClipSettings method;

  public AdapterTrainer(TrainSettings train, HeadClipSettings method) {
    this.train = train;
    this.method = method;
  }

  /** The method's settings. */
  public HeadClipSettings settings() {
    return method;
  }

  /** Settings and digests that a run must share to be the same run. */
  public Map<String, Object> identity(TrainingJob job) {
    Map<String, Object> m = new LinkedHashMap<>(train.asMap());
    SettingsJson.write(method).fields().forEachRemaining(e -> m.put(e.getKey(), e.getValue()));
    // what is not used in training may change
    for (String later :
        List.of("sigma", "top_fraction", "top_count", "top_map", "lambda", "threshold")) {
      if (!job.selectBest()) {
        m.remove(later);
      }
    }
    m.putAll(job.inputs());
    return m;
  }

  /** Trains. */
  public Result run(TrainingJob job) {
    ClipConfig config = job.backbone().config();
    try (NDManager manager = Torch.manager(job.device());
        ClipTokenizer tokenizer = job.backbone().tokenizer()) {
      TorchWeights weights =
          TorchWeights.load(
              manager, config, job.backbone().weights(), method.imageSize(), method.position());
      HeadClip<NDArray> net = new HeadClip<>(config, weights, method);
      PromptIds ids = PromptText.ids(tokenizer, method);
      FrozenPart part = FrozenPart.of(net, train.learnHeadWeights());
      try (TrainingLoop loop =
          new TrainingLoop(manager, job, train, net, ids, part, identity(job))) {
        return loop.run();
      }
    }
  }

  /** SHA-256 over the order of the images in all epochs, for provenance. */
  public String orderDigest(int images) {
    StringBuilder all = new StringBuilder();
    for (int e = 1; e <= train.epochs(); e++) {
      for (int[] b : Shuffle.batches(images, train.seed(), e, train.batch())) {
        all.append(Arrays.toString(b));
      }
    }
    return DataDigest.of(all.toString());
  }
}
