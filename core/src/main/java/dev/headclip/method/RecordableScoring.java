package dev.headclip.method;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/**
 * A scoring written over {@link TensorOps}: run in plain Java beside the network, and recorded in
 * exported graphs.
 */
public interface RecordableScoring extends Scoring {
  /** The map, [B,S,S]. */
  String MAP = "map";

  /** S_global, [B]. */
  String GLOBAL = "global_score";

  /** S_local, [B]. */
  String LOCAL = "local_score";

  /** The score of the verdict, [B]. */
  String SCORE = "score";

  /**
   * @param evidence of a batch
   * @return {@value #MAP}, {@value #GLOBAL}, {@value #LOCAL}, {@value #SCORE}
   */
  <T> Tensors<T> record(TensorOps<T> ops, Tensors<T> evidence);

  @Override
  default Scores of(Tensors<HostTensor> evidence, int width, int height) {
    return scores(record(new HostOps(), evidence));
  }

  /**
   * The scores of one image from what {@link #record} gives for it.
   *
   * @throws HeadClipException where one is not a number
   */
  static Scores scores(Tensors<HostTensor> found) {
    float score = found.get(SCORE).data()[0];
    float global = found.get(GLOBAL).data()[0];
    float local = found.get(LOCAL).data()[0];
    if (!Float.isFinite(score) || !Float.isFinite(global) || !Float.isFinite(local)) {
      throw new HeadClipException(
          "the model gives no number (global %s, local %s); its weights or temperature are broken"
              .formatted(global, local));
    }
    HostTensor map = found.get(MAP);
    return new Scores(score, global, local, new AnomalyMap(map.size(-1), map.size(-2), map.data()));
  }
}
