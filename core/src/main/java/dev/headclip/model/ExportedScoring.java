package dev.headclip.model;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.JointScoring;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Optional;

/**
 * The outputs of an exported model as they are, or joined with another weight of the local score.
 *
 * @param lambda in place of the exported one
 */
record ExportedScoring(Optional<Double> lambda) implements Scoring {
  @Override
  public Scores of(Tensors<HostTensor> outputs, int width, int height) {
    HostTensor global = outputs.get(RecordableScoring.GLOBAL);
    HostTensor local = outputs.get(RecordableScoring.LOCAL);
    HostTensor score =
        lambda
            .map(l -> JointScoring.joint(new HostOps(), global, local, l))
            .orElseGet(() -> outputs.get(RecordableScoring.SCORE));
    if (!Float.isFinite(score.data()[0])) {
      throw new HeadClipException(
          "the model gives no number (score %s)".formatted(score.data()[0]));
    }
    HostTensor map = outputs.get(RecordableScoring.MAP);
    return new Scores(
        score.data()[0],
        global.data()[0],
        local.data()[0],
        map(map),
        outputs.has(ReferenceScoring.RAW_SCORE)
            ? Optional.of(
                new Scores.Raw(
                    outputs.get(ReferenceScoring.RAW_SCORE).data()[0],
                    map(outputs.get(ReferenceScoring.RAW_MAP))))
            : Optional.empty());
  }

  private static AnomalyMap map(HostTensor t) {
    return new AnomalyMap(t.size(-1), t.size(-2), t.data());
  }
}
