package dev.headclip.spark.internal.score;

import dev.headclip.detect.Outcome;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * Counts over all tasks, shown with their stage in Spark's page. A task that Spark runs again
 * counts again; the results do not.
 */
public final class Meters implements Serializable {
  private static final long serialVersionUID = 1;

  private final LongAccumulator images;
  private final LongAccumulator anomalous;
  private final LongAccumulator errors;
  private final DoubleAccumulator seconds;

  public Meters(SparkContext context) {
    images = context.longAccumulator("headclip images");
    anomalous = context.longAccumulator("headclip anomalous");
    errors = context.longAccumulator("headclip errors");
    seconds = context.doubleAccumulator("headclip seconds");
  }

  public void count(Outcome o) {
    images.add(1);
    if (o instanceof Outcome.Scored s) {
      anomalous.add(s.detection().anomalous() ? 1 : 0);
      seconds.add(s.detection().milliseconds() / 1e3);
    } else {
      errors.add(1);
    }
  }

  /** Images that were looked at so far. */
  public long images() {
    return images.sum();
  }
}
