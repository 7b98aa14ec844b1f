package dev.headclip.torch.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.engine.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClip;
import dev.headclip.method.PromptIds;
import dev.headclip.method.PromptText;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Scores a data set with an adapter from cached features: several adapters of one wiring on one
 * data set cost one run of the tower.
 */
public final class AdapterScorer {
  private final Backbone backbone;
  private final CacheSettings cache;
  private final Device device;

  public AdapterScorer(Backbone backbone, CacheSettings cache, Device device) {
    this.backbone = backbone;
    this.cache = cache;
    this.device = device;
  }

  /**
   * What the network says of every image, in their order; one prediction each.
   *
   * @param stop asked after every image; when set, this throws
   * @param progress told the number of images done
   */
  public List<Prediction> run(
      Adapter adapter, TrainingData data, AtomicBoolean stop, IntConsumer progress) {
    var method = adapter.settings();
    boolean learned = adapter.learned().headWeights().isPresent();
    try (NDManager manager = Torch.manager(device);
        ClipTokenizer tokenizer = backbone.tokenizer()) {
      TorchWeights weights =
          TorchWeights.load(
              manager,
              backbone.config(),
              backbone.weights(),
              method.imageSize(),
              method.position());
      HeadClip<NDArray> net = new HeadClip<>(backbone.config(), weights, method);
      PromptIds ids = PromptText.ids(tokenizer, method);
      FrozenPart part = FrozenPart.of(net, learned);
      long each = FrozenPart.bytes(part, backbone.config(), method, false);
      List<Prediction> all = new ArrayList<>();
      try (FeatureCache store =
              cache.open(
                  manager,
                  FrozenPart.cacheKey(part, backbone, method, false),
                  false,
                  each * data.samples().size());
          RecordLoader records =
              new RecordLoader(
                  manager,
                  part,
                  store,
                  data,
                  method.imageSize(),
                  backbone.normalization(),
                  false)) {
        boolean complete =
            new Predictor(net, ids, part)
                .run(
                    manager,
                    adapter.learned(),
                    records,
                    data.samples().size(),
                    stop,
                    (i, item, p) -> {
                      all.add(p);
                      progress.accept(all.size());
                    });
        if (!complete) {
          throw new HeadClipException("stopped");
        }
      }
      return all;
    }
  }
}
