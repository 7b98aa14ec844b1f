package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.engine.Prediction;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClip.ImageFeatures;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/** What the network says of images, from the same records that training starts from. */
final class Predictor {
  private final HeadClip<NDArray> net;
  private final PromptIds ids;
  private final FrozenPart part;

  Predictor(HeadClip<NDArray> net, PromptIds ids, FrozenPart part) {
    this.net = net;
    this.ids = ids;
    this.part = part;
  }

  /** Told of one image: its place in the data, its record, and a batch of one prediction. */
  interface Told {
    void of(int index, RecordLoader.Item item, Prediction prediction);
  }

  /**
   * All images in their order.
   *
   * @param stop asked before every image
   * @return false where it was stopped
   */
  boolean run(
      NDManager manager,
      Learned<HostTensor> numbers,
      RecordLoader records,
      int images,
      AtomicBoolean stop,
      Told told) {
    try (TorchOps text = new TorchOps(manager)) {
      Learned<NDArray> learned = numbers.map(text::constant);
      NDArray words = net.textFeatures(text, ids, learned);
      records.start(IntStream.range(0, images).boxed().toList());
      for (int i = 0; i < images; i++) {
        if (stop.get()) {
          return false;
        }
        try (RecordLoader.Item item = records.next();
            TorchOps ops = new TorchOps(manager)) {
          ImageFeatures<NDArray> f =
              part.features(ops, List.of(item.record()), learned.headWeights());
          float[] global =
              net.abnormal(ops, net.probability(ops, f.global(), words)).toFloatArray();
          float[] patches = net.meanAbnormal(ops, f.local(), words).toFloatArray();
          told.of(i, item, new Prediction(global, new float[][] {patches}));
        }
      }
      return true;
    }
  }
}
