package dev.headclip.training;

import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.DataDigest;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Recipe;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.TrainSettings;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.cache.CacheSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is trained on what, and how the run is kept; made by a {@link Trainer}.
 *
 * @param backbone the frozen CLIP
 * @param recipe what learns, and how
 * @param from an adapter to start from
 * @param data the auxiliary data set
 * @param validation a second data set that is looked at after each epoch
 * @param selectBest whether the best epoch on it becomes the adapter instead of the last
 * @param cache of frozen parts
 * @param checkpoints their folder; empty for none
 * @param interval between checkpoints inside an epoch
 * @param resume whether to go on from what is in that folder
 * @param device what computes: cpu, gpu, gpu:N
 * @param stop asked after every step
 * @param listener told what happens
 */
record TrainingJob(
    Backbone backbone,
    Recipe recipe,
    Optional<StartingPoint> from,
    TrainingData data,
    Optional<TrainingData> validation,
    boolean selectBest,
    CacheSettings cache,
    Optional<Path> checkpoints,
    Duration interval,
    boolean resume,
    String device,
    AtomicBoolean stop,
    TrainingListener listener) {
  TrainingJob {
    if (selectBest && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "select best without a second data set; name one to validate on");
    }
    if (resume && checkpoints.isEmpty()) {
      throw new IllegalArgumentException("no folder of checkpoints to go on from");
    }
  }

  MethodConfig<?> method() {
    return recipe.method();
  }

  ScoreSettings scores() {
    return recipe.scores();
  }

  TrainSettings train() {
    return recipe.train();
  }

  /** Numbers that are given in place of drawn ones. */
  Tensors<HostTensor> first() {
    return from.map(f -> f.first(method(), backbone.config())).orElse(Tensors.none());
  }

  /** Digests of everything that the result depends on beside the settings. */
  Map<String, Object> inputs() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("data_set_digest", data.digest());
    m.put("backbone_digest", backbone.digest());
    validation.ifPresent(v -> m.put("validation_digest", v.digest()));
    from.ifPresent(f -> m.put("from_digest", f.adapter().digest()));
    if (selectBest) {
      m.put("select", "best");
    }
    return m;
  }

  /** Settings and digests that a run must share to be the same run. */
  Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("method", method().name());
    put(m, train());
    // of no use in this run: runs that older versions began stay the same runs
    if (train().mosaic() == 0) {
      m.keySet().removeAll(List.of("mosaic", "mosaic_of"));
    }
    if (!selectBest) {
      m.remove("select_by");
    }
    method().json().fields().forEachRemaining(e -> m.put(e.getKey(), e.getValue()));
    // scores are of no use in training, but for choosing an epoch
    if (selectBest) {
      put(m, scores());
    }
    m.putAll(inputs());
    return m;
  }

  private static void put(Map<String, Object> to, Record settings) {
    Schema.json(settings).fields().forEachRemaining(e -> to.put(e.getKey(), e.getValue()));
  }

  /** SHA-256 over the order of the images in all epochs, for provenance. */
  String orderDigest() {
    StringBuilder all = new StringBuilder();
    int images = data.samples().size();
    for (int e = 1; e <= train().epochs(); e++) {
      for (int[] b : Shuffle.batches(images, train().seed(), e, train().batch())) {
        all.append(Arrays.toString(b));
      }
    }
    return DataDigest.of(all.toString());
  }
}
