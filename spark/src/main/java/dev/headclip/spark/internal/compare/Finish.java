package dev.headclip.spark.internal.compare;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Outcome;
import dev.headclip.reference.BatchFitter;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.results.Report;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.score.Meters;
import dev.headclip.spark.internal.score.ResultRows;
import dev.headclip.spark.settings.DetectOptions;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** From distances to a row. */
final class Finish {
  /**
   * What is known of groups.
   *
   * @param ends of their normal images
   * @param sizes images of each, those that cannot be read among them
   * @param readable images of each
   */
  record Groups(Map<String, NormalEnds> ends, Map<String, Long> sizes, Map<String, Long> readable)
      implements Serializable {
    private static final long serialVersionUID = 1;
  }

  private final Opened model;
  private final Groups groups;
  private final DetectOptions options;
  private final int[] kept;
  private final Meters meters;
  private final Map<String, ReferenceScoring> scorings = new HashMap<>();

  Finish(Opened model, Groups groups, DetectOptions options, int[] kept, Meters meters) {
    this.model = model;
    this.groups = groups;
    this.options = options;
    this.kept = kept;
    this.meters = meters;
  }

  Row row(Looked image) {
    int size = groups.sizes().get(image.group()).intValue();
    String scorer = model.tokens().settings().scorer().key();
    Outcome found = outcome(image);
    meters.count(found);
    ResultRows results =
        new ResultRows(
            model.detector().model().name(),
            Optional.of(new Report.Compared(scorer, size, true)),
            options.maps(),
            options.features());
    return ResultRows.row(image.row(), kept, results.of(found));
  }

  private Outcome outcome(Looked image) {
    long readable = groups.readable().getOrDefault(image.group(), 0L);
    if (readable < BatchFitter.LEAST) {
      String error = BatchFitter.tooFew(readable).getMessage();
      return new Outcome.Failed(image.look().source(), error);
    }
    if (!image.seen()) {
      return new Outcome.Failed(image.look().source(), image.error());
    }
    try {
      Detection d =
          model
              .tokens()
              .judged(
                  image.look(),
                  image.evidence(),
                  scorings.computeIfAbsent(image.group(), this::scoring));
      return new Outcome.Scored(image.look().source(), d, Optional.empty());
    } catch (HeadClipException e) {
      return new Outcome.Failed(image.look().source(), e.getMessage());
    }
  }

  private ReferenceScoring scoring(String group) {
    return model.unjoined().with(groups.ends().get(group));
  }
}
