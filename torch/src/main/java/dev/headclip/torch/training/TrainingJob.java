package dev.headclip.torch.training;

import ai.djl.Device;
import dev.headclip.backbone.Backbone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is trained on, and how the run is kept.
 *
 * @param backbone the frozen CLIP
 * @param data the auxiliary data set
 * @param validation a second data set that is looked at after each epoch
 * @param selectBest whether the best epoch on it becomes the adapter instead of the last
 * @param cache of what the frozen tower gives
 * @param checkpoints their folder; empty for none
 * @param interval between checkpoints inside an epoch
 * @param resume whether to go on from what is in that folder
 * @param device what computes
 * @param stop asked after every step
 * @param listener told what happens
 */
public record TrainingJob(
    Backbone backbone,
    TrainingData data,
    Optional<TrainingData> validation,
    boolean selectBest,
    CacheSettings cache,
    Optional<Path> checkpoints,
    Duration interval,
    boolean resume,
    Device device,
    AtomicBoolean stop,
    TrainingListener listener) {
  public TrainingJob {
    if (selectBest && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "--select best without --validate; name a data set for it");
    }
    if (resume && checkpoints.isEmpty()) {
      throw new IllegalArgumentException("no folder of checkpoints to go on from");
    }
  }

  /** A run in memory, without checkpoints. */
  public static TrainingJob of(Backbone backbone, TrainingData data) {
    return new TrainingJob(
        backbone,
        data,
        Optional.empty(),
        false,
        CacheSettings.memory(),
        Optional.empty(),
        Duration.ofDays(1),
        false,
        Device.cpu(),
        new AtomicBoolean(),
        TrainingListener.silent());
  }

  public TrainingJob withCache(CacheSettings to) {
    return new TrainingJob(
        backbone,
        data,
        validation,
        selectBest,
        to,
        checkpoints,
        interval,
        resume,
        device,
        stop,
        listener);
  }

  public TrainingJob withListener(TrainingListener to) {
    return new TrainingJob(
        backbone,
        data,
        validation,
        selectBest,
        cache,
        checkpoints,
        interval,
        resume,
        device,
        stop,
        to);
  }

  public TrainingJob withStop(AtomicBoolean to) {
    return new TrainingJob(
        backbone,
        data,
        validation,
        selectBest,
        cache,
        checkpoints,
        interval,
        resume,
        device,
        to,
        listener);
  }

  public TrainingJob withCheckpoints(Path folder, Duration every, boolean goOn) {
    return new TrainingJob(
        backbone,
        data,
        validation,
        selectBest,
        cache,
        Optional.of(folder),
        every,
        goOn,
        device,
        stop,
        listener);
  }

  public TrainingJob withValidation(TrainingData on, boolean best) {
    return new TrainingJob(
        backbone,
        data,
        Optional.of(on),
        best,
        cache,
        checkpoints,
        interval,
        resume,
        device,
        stop,
        listener);
  }

  /** Digests of everything that the result depends on beside the settings. */
  public Map<String, Object> inputs() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("data_set_digest", data.digest());
    m.put("backbone_digest", backbone.digest());
    validation.ifPresent(v -> m.put("validation_digest", v.digest()));
    if (selectBest) {
      m.put("select", "best");
    }
    return m;
  }
}
