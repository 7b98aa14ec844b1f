package dev.headclip.spark.internal.model;

import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.reference.ReferenceScoring;
import java.util.Optional;

/**
 * A model that is open on an executor.
 *
 * @param detector scores images; against references, where there are such
 * @param comparer reads tokens with the same session; where one was asked for
 * @param scoring of what it compares
 */
public record Opened(
    Detector detector, Optional<Comparer> comparer, Optional<ReferenceScoring> scoring)
    implements AutoCloseable {
  /** Of images as they are. */
  static Opened of(Detector detector) {
    return new Opened(detector, Optional.empty(), Optional.empty());
  }

  /** Of images that are compared. */
  static Opened of(Detector detector, Comparer comparer) {
    return new Opened(detector, Optional.of(comparer), Optional.of(comparer.scoring()));
  }

  /** From distances to scores, before it is known where normal images end. */
  public ReferenceScoring unjoined() {
    return scoring.orElseThrow(() -> new IllegalStateException("no comparer was asked for"));
  }

  /** One that was asked for. */
  public Comparer tokens() {
    return comparer.orElseThrow(() -> new IllegalStateException("no comparer was asked for"));
  }

  @Override
  public void close() {
    // the session is the comparer's, where there is one
    comparer.ifPresentOrElse(Comparer::close, detector::close);
  }
}
