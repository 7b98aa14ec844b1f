package dev.headclip.training;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.Sample;
import dev.headclip.evaluate.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.cache.CacheSettings;
import dev.headclip.training.spi.Learner;
import dev.headclip.training.spi.LearningEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Scores a data set with an adapter from kept frozen parts: several adapters of one wiring on one
 * data set cost one run of the tower.
 */
public final class CachedScorer {
  private final Backbone backbone;
  private final CacheSettings cache;
  private final String device;

  /**
   * @param device cpu, gpu or gpu:N
   */
  public CachedScorer(Backbone backbone, CacheSettings cache, String device) {
    this.backbone = backbone;
    this.cache = cache;
    this.device = device;
  }

  /**
   * What the network says of every image, in their order.
   *
   * @param stop asked before every image; when set, this throws
   * @param progress told the number of images done
   */
  public List<Prediction> run(
      Adapter adapter, TrainingData data, AtomicBoolean stop, IntConsumer progress) {
    List<Prediction> all = new ArrayList<>();
    try (Learner learner = LearningEngine.find().open(backbone, adapter.method(), device);
        FrozenParts parts = new FrozenParts(learner, backbone, adapter.method(), cache, false);
        RecordLoader records = parts.loader(data)) {
      boolean complete =
          run(
              learner,
              adapter.learned(),
              records,
              data,
              stop,
              (i, item, evidence) -> {
                all.add(new Prediction(evidence, 0, 0, 0));
                progress.accept(all.size());
              });
      if (!complete) {
        throw new HeadClipException("stopped");
      }
    }
    return all;
  }

  /** Told of one image: its place in the data, its frozen part, its evidence. */
  interface Told {
    void of(int index, RecordLoader.Item item, Tensors<HostTensor> evidence);
  }

  /**
   * All images in their order.
   *
   * @return false where it was stopped
   */
  static boolean run(
      Learner learner,
      Tensors<HostTensor> numbers,
      RecordLoader records,
      TrainingData data,
      AtomicBoolean stop,
      Told told) {
    List<Sample> samples = data.samples();
    try (Learner.Predictor predictor = learner.predictor(numbers)) {
      records.start(IntStream.range(0, samples.size()).mapToObj(RecordLoader.Wanted::of).toList());
      for (int i = 0; i < samples.size(); i++) {
        if (stop.get()) {
          return false;
        }
        try (RecordLoader.Item item = records.next()) {
          ClassName name = new ClassName(samples.get(i).category());
          told.of(i, item, predictor.evidence(item.part(), name));
        }
      }
      return true;
    }
  }
}
