package dev.headclip.reference;

import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.Tiling;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What references gave: fitted once, used for any number of images.
 *
 * @param settings how images are compared
 * @param taps tokens that are read
 * @param tiling what images are cut into
 * @param scorer fitted to the references
 * @param ends where normal references end
 * @param statistics of the references' patches, from which a subspace is fitted; for merging
 * @param known the references, and how each looks to the others
 * @param region which pixels counted in all of them, where that was one region
 */
public record ReferenceModel(
    ReferenceSettings settings,
    TokenTaps taps,
    Tiling tiling,
    ReferenceScorer scorer,
    NormalEnds ends,
    Optional<Statistics> statistics,
    List<Known> known,
    Optional<RegionOfInterest> region) {
  /**
   * A reference.
   *
   * @param name for remarks
   * @param digest of its pixels
   * @param judged a method's evidence of it, with its distances to the other references; of a
   *     single one, that of its quarter turns
   * @param seen its evidence and tokens, of few references: with all of them, adding and taking
   *     away gives what remembering anew would
   */
  public record Known(
      String name,
      String digest,
      List<Tensors<HostTensor>> judged,
      Optional<Tensors<HostTensor>> seen) {
    public Known {
      Objects.requireNonNull(seen, "seen");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(digest, "digest");
      judged = List.copyOf(judged);
    }
  }

  public ReferenceModel {
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(taps, "taps");
    Objects.requireNonNull(scorer, "scorer");
    Objects.requireNonNull(ends, "ends");
    Objects.requireNonNull(statistics, "statistics");
    Objects.requireNonNull(region, "region");
    known = List.copyOf(known);
  }

  /** The same of references of which this counted. */
  public ReferenceModel within(Optional<RegionOfInterest> of) {
    return new ReferenceModel(settings, taps, tiling, scorer, ends, statistics, known, of);
  }

  /** Whether everything that was seen of the references is there. */
  boolean complete() {
    return known.stream().allMatch(k -> k.seen().isPresent());
  }

  /** Number of references. */
  public int references() {
    return known.size();
  }

  /** Shows which references these are, and how they are compared. */
  public String digest() {
    String numbers =
        scorer instanceof MemoryBank bank
            ? "bank " + bank.rows().hashCode()
            : "statistics " + statistics.map(Statistics::digest).orElse(0);
    String within =
        region
            .map(r -> " %d %d %d".formatted(r.width(), r.height(), Arrays.hashCode(r.counts())))
            .orElse("");
    return "%s %s %s %s %s%s"
        .formatted(Schema.json(settings), taps, tiling.text(), numbers, ends, within);
  }

  /** Where it comes from, in words. */
  public String origin() {
    return "%s fitted to %d reference%s"
        .formatted(settings.scorer().key(), references(), references() == 1 ? "" : "s");
  }

  /**
   * A fitted model and what is to be said of its references.
   *
   * @param model fitted
   * @param scores of each reference against the others, 0.5 where normal ones end
   * @param remarks one line each
   */
  public record Fitted(ReferenceModel model, List<Double> scores, List<String> remarks) {
    /** The same of references of which this region counted. */
    public Fitted within(Optional<RegionOfInterest> region) {
      return new Fitted(model.within(region), scores, remarks);
    }

    public Fitted {
      scores = List.copyOf(scores);
      remarks = List.copyOf(remarks);
    }
  }
}
