package dev.headclip.reference;

import dev.headclip.settings.Schema;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What references gave: fitted once, used for any number of images.
 *
 * @param settings how images are compared
 * @param taps tokens that are read
 * @param scorer fitted to the references
 * @param ends where normal references end
 * @param statistics of the references' patches, from which a subspace is fitted; for merging
 * @param references number of them
 * @param batch whether the references were the very images that are judged
 */
public record ReferenceModel(
    ReferenceSettings settings,
    TokenTaps taps,
    ReferenceScorer scorer,
    NormalEnds ends,
    Optional<Statistics> statistics,
    int references,
    boolean batch) {
  public ReferenceModel {
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(taps, "taps");
    Objects.requireNonNull(scorer, "scorer");
    Objects.requireNonNull(ends, "ends");
    Objects.requireNonNull(statistics, "statistics");
  }

  /** Shows which references these are, and how they are compared. */
  public String digest() {
    String numbers =
        scorer instanceof MemoryBank bank
            ? "bank " + bank.rows().hashCode()
            : "statistics " + statistics.map(Statistics::digest).orElse(0);
    return "%s %s %s %s".formatted(Schema.json(settings), taps, numbers, ends);
  }

  /** Where it comes from, in words. */
  public String origin() {
    return "%s fitted to %d %s"
        .formatted(
            settings.scorer().name().toLowerCase(java.util.Locale.ROOT),
            references,
            batch ? "images of the batch itself" : references == 1 ? "reference" : "references");
  }

  /**
   * A fitted model and what is to be said of its references.
   *
   * @param model fitted
   * @param scores of each reference against the others, 0.5 where normal ones end; empty for the
   *     batch itself
   * @param remarks one line each
   */
  public record Fitted(ReferenceModel model, List<Double> scores, List<String> remarks) {
    public Fitted {
      scores = List.copyOf(scores);
      remarks = List.copyOf(remarks);
    }
  }
}
