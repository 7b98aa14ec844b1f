package dev.headclip.method.adaclip;

import dev.headclip.map.MapOperator;
import dev.headclip.method.JointScoring;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.ScoreSettings;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.List;

/**
 * Logits are upsampled, corners aligned, before the softmax over them; the Gaussian comes last
 * (adaclip.py:534-541, trainer.py:194).
 *
 * <p>Evidence: {@value RecordableScoring#GLOBAL} [B] and {@value #MARGINS} [B,g*g].
 */
final class AdaClipScoring implements RecordableScoring {
  /** Abnormal minus normal logit of each patch. */
  static final String MARGINS = "margins";

  private final ScoreSettings settings;
  private final MapOperator up;
  private final MapOperator smooth;

  AdaClipScoring(ScoreSettings settings, int grid, int size) {
    this.settings = settings;
    this.up = MapOperator.cornersAligned(grid, size, 0);
    this.smooth = MapOperator.gaussian(size, settings.sigma());
  }

  @Override
  public <T> Tensors<T> record(TensorOps<T> ops, Tensors<T> evidence) {
    T raw = sigmoid(ops, up.record(ops, evidence.get(MARGINS)));
    T map = settings.sigma() == 0 ? raw : smooth.record(ops, raw);
    return JointScoring.scores(ops, settings, evidence.get(GLOBAL), map, raw);
  }

  /** 1 / (1 + exp(-x)), as the softmax over 0 and x. */
  static <T> T sigmoid(TensorOps<T> ops, T x) {
    long[] shape = ops.shape(x);
    T flat = ops.reshape(x, -1, shape[1] * shape[2], 1);
    T both = ops.concat(2, List.of(ops.scale(flat, 0), flat));
    return ops.reshape(ops.slice(ops.softmax(both), 2, 1, 2), -1, shape[1], shape[2]);
  }
}
