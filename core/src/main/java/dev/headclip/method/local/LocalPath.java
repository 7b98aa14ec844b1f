package dev.headclip.method.local;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import dev.headclip.settings.SettingException;
import java.util.List;

/**
 * How the local path (value-value attention, "CSA") is wired: Eq. 3 to 6 and the readings of
 * docs/spec/headclip.md sections 4.1 to 4.4. The defaults are the recommended readings.
 *
 * @param csa layers with value-value attention
 * @param aggregate what "aggregate over layers" means (4.2)
 * @param stateNorm what is done to each state before {@link Aggregate#MEAN_STATES} (4.2)
 * @param input what the value-value attention reads (4.3)
 * @param ffn whether the local path has the block's MLP (4.3)
 * @param constraint what is done to the head weights before use (4.4)
 * @param scaleBias whether the projection's bias is scaled by the layer's mean head weight (4.4)
 * @param weightGlobal whether the head weights scale the ordinary heads of these layers too (4.4)
 */
public record LocalPath(
    @Setting(
            value = "Layers with value-value attention, FIRST-LAST",
            shown = "6-24 of 24, in proportion elsewhere")
        LayerRange csa,
    @Setting(value = "Reading of Eq. 6", absent = "residual") Aggregate aggregate,
    @Setting(value = "Done to each state before mean_states averages", absent = "none")
        StateNorm stateNorm,
    @Setting(
            value = "The stream that value-value attention reads",
            key = "local_input",
            absent = "global")
        Input input,
    @Setting(value = "The local path has the blocks' MLPs", key = "local_ffn", absent = "false")
        boolean ffn,
    @Setting(
            value = "On the head weights before use",
            key = "head_weight_constraint",
            absent = "none")
        Constraint constraint,
    @Setting(value = "Scale the projection's bias by a layer's mean head weight", absent = "false")
        boolean scaleBias,
    @Setting(
            value = "The head weights scale the ordinary path of the same layers too",
            absent = "false")
        boolean weightGlobal) {

  /** Readings of Eq. 6. */
  public enum Aggregate {
    /** A1: F_L = G_{first-1} + sum of CSA^l up to L. */
    RESIDUAL,
    /** A2: the sum alone. */
    SUM_NO_SKIP,
    /** A3: the mean of the running states F_first .. F_L. */
    MEAN_STATES,
    /** A4: the layer's own CSA output; use with several output layers. */
    PER_LAYER_MAPS
  }

  /** What happens to a state before it enters the mean of A3. */
  public enum StateNorm {
    NONE,
    /** The tower's final layer normalisation. */
    LN_POST
  }

  /** The stream that value-value attention reads. */
  public enum Input {
    /** The ordinary stream; the local one only accumulates (AnomalyCLIP.py:135-168). */
    GLOBAL,
    /** The local stream itself. */
    SELF
  }

  /** What is done to the learned head weights before use. */
  public enum Constraint {
    NONE,
    /** max(w, 0). */
    POSITIVE,
    /** heads x softmax over the heads of a layer: equal weights stay 1. */
    SOFTMAX
  }

  public LocalPath {
    Schema.check(
        LocalPath.class,
        csa,
        aggregate,
        stateNorm,
        input,
        ffn,
        constraint,
        scaleBias,
        weightGlobal);
    boolean running = aggregate == Aggregate.RESIDUAL || aggregate == Aggregate.MEAN_STATES;
    if (!running && (ffn || input == Input.SELF)) {
      throw new SettingException(
          "aggregate",
          aggregate.name().toLowerCase(java.util.Locale.ROOT),
          "residual or mean_states with local_ffn or local_input self");
    }
  }

  /** The recommended reading for layers {@code first} to {@code last}. */
  public static LocalPath of(int first, int last) {
    return of(new LayerRange(first, last));
  }

  /** The recommended reading for these layers. */
  public static LocalPath of(LayerRange csa) {
    return Schema.of(LocalPath.class).defaults(java.util.Map.of("csa", csa));
  }

  /** Layers 6 to 24 of 24, and in proportion for other depths. */
  public static LayerRange defaultLayers(int layers) {
    return new LayerRange(Math.max(1, layers / 4), layers);
  }

  /** First layer with CSA, counted from 1. */
  public int first() {
    return csa.first();
  }

  /** Last layer with CSA, inclusive. */
  public int last() {
    return csa.last();
  }

  /** Number of layers with CSA. */
  public int layers() {
    return csa.count();
  }

  /** Whether layer {@code l} has CSA. */
  public boolean covers(int l) {
    return csa.contains(l);
  }

  /**
   * Whether the local path only accumulates what it reads from the ordinary one, and is so linear
   * in the (constrained) head weights (docs/spec/headclip.md section 5).
   */
  public boolean accumulates() {
    return input == Input.GLOBAL && !ffn && !weightGlobal;
  }

  void requireAccumulating() {
    if (!accumulates()) {
      throw new IllegalStateException("this local path is not linear in the head weights");
    }
  }

  /** The last CSA layer that one of {@code outputs} reads; {@code first - 1} where none does. */
  int lastNeeded(List<Integer> outputs) {
    int highest = outputs.stream().mapToInt(Integer::intValue).max().orElse(0);
    return Math.max(first() - 1, Math.min(last(), highest));
  }
}
