package dev.headclip.training;

import java.nio.file.Path;
import java.util.Map;

/** Told what a training does, in the training's thread. */
public interface TrainingListener {
  /**
   * One step.
   *
   * @param epoch counted from 1
   * @param epochs in the run
   * @param step in the epoch, counted from 1
   * @param steps in an epoch
   * @param images of this step
   * @param losses by name, with {@link dev.headclip.method.Network#TOTAL}
   * @param towerRuns images of this step for which the image tower ran
   * @param seconds that the step took
   */
  record Step(
      int epoch,
      int epochs,
      int step,
      int steps,
      int images,
      Map<String, Double> losses,
      int towerRuns,
      double seconds) {}

  /** Before the first step: facts about the run, for a log. */
  default void started(Map<String, Object> facts) {}

  /** After a step. */
  default void step(Step s) {}

  /** After an epoch, counted from 1. */
  default void epoch(int epoch, EpochFigures figures, double seconds) {}

  /** A checkpoint was written. */
  default void checkpoint(Path file) {}

  /** Something that the user should know. */
  default void remark(String text) {}

  /** Where the log stands, stored in checkpoints. */
  default long position() {
    return 0;
  }

  /** The run goes on from a checkpoint that was written when the log stood there. */
  default void resumed(long position, int epoch, int step) {}

  /** Nothing is told. */
  static TrainingListener silent() {
    return new TrainingListener() {};
  }
}
