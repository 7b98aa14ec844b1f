package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes references away again: their statistics are subtracted, their rows leave the bank. */
public final class ReferenceRemoval {
  private final ReferenceModel before;
  private final Compute compute;
  private final List<ReferenceModel.Known> left;
  private Optional<Statistics> statistics;
  private ReferenceScorer scorer;

  /**
   * @param compute multiplies
   */
  public ReferenceRemoval(ReferenceModel before, Compute compute) {
    this.before = before;
    this.compute = compute;
    this.left = new ArrayList<>(before.known());
    this.statistics = before.statistics();
    this.scorer = before.scorer();
  }

  /**
   * Takes one away.
   *
   * @param name for messages
   * @param digest of its pixels, by which it is found
   * @param tokens of it
   * @param rotated those of its rotated copies, as it was added
   * @throws HeadClipException where it is none of the references, or the last one
   */
  public void remove(
      String name,
      String digest,
      Tensors<HostTensor> tokens,
      Optional<Tensors<HostTensor>> rotated) {
    int at = 0;
    while (at < left.size() && !left.get(at).digest().equals(digest)) {
      at++;
    }
    if (at == left.size()) {
      throw new HeadClipException(
          "%s: not one of the %d references; nothing was taken away".formatted(name, left.size()));
    }
    if (left.size() == 1) {
      throw new HeadClipException(
          "%s: the only reference left; expected one that stays".formatted(name));
    }
    if (scorer instanceof MemoryBank bank) {
      scorer = bank.without(at);
    } else {
      Tensors<HostTensor> all = ReferenceFitter.withCopies(tokens, rotated);
      Statistics own = Statistics.of(all.get(TokenTaps.TOKENS + 0), compute);
      statistics = statistics.map(s -> s.minus(own));
    }
    left.remove(at);
  }

  /**
   * Fits to those that are left: anew where their tokens were kept. Else they stay as they were
   * judged; with others among them they looked a little nearer, so that ends are rather low.
   *
   * @param scoring the method's, with any ends
   */
  public ReferenceModel.Fitted fit(ReferenceScoring scoring) {
    if (before.complete() && left.size() > 1) {
      try (ReferenceFitter anew =
          new ReferenceFitter(before.settings(), before.taps(), before.tiling(), compute)) {
        left.forEach(anew::addAgain);
        return anew.fit(scoring);
      }
    }
    ReferenceScorer fitted =
        statistics
            .<ReferenceScorer>map(s -> Subspace.fit(s, before.settings().share()))
            .orElse(scorer);
    List<String> remarks = new ArrayList<>();
    NormalEnds ends = before.ends();
    List<Double> scores = List.of();
    if (left.stream().anyMatch(k -> !k.judged().isEmpty())) {
      EndsOfNormals found = ReferenceFitter.ends(scoring, left);
      ends = found.ends();
      scores = found.scores();
    } else {
      remarks.add("none of the references left was judged by others; normal parts end as before");
    }
    ReferenceModel model =
        new ReferenceModel(
            before.settings(),
            before.taps(),
            before.tiling(),
            fitted,
            ends,
            statistics,
            left,
            Optional.empty());
    return new ReferenceModel.Fitted(model, scores, remarks);
  }
}
