package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fits a scorer to references, one after the other in bounded memory, and finds where they end by
 * leaving each out in turn (tenths of them where there are more than ten).
 */
public final class ReferenceFitter implements AutoCloseable {
  private static final int FOLDS = 10;

  /** A reference whose score is so many times the others' is told of. */
  private static final double SUSPECT = 2;

  private final ReferenceSettings settings;
  private final TokenTaps taps;
  private final Compute compute;
  private final TokenSpool own = new TokenSpool();
  private final List<Tensors<HostTensor>> copies = new ArrayList<>();
  private final List<Tensors<HostTensor>> turned = new ArrayList<>();
  private final List<Statistics> folds = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /**
   * @param compute multiplies
   */
  public ReferenceFitter(ReferenceSettings settings, TokenTaps taps, Compute compute) {
    if (settings.scorer() == ReferenceSettings.Scorer.MUTUAL) {
      throw new SettingException("scorer", "mutual", "subspace or knn for references");
    }
    this.settings = settings;
    this.taps = taps;
    this.compute = compute;
  }

  private boolean bank() {
    return settings.scorer() == ReferenceSettings.Scorer.KNN;
  }

  /**
   * One more reference.
   *
   * @param name for remarks
   * @param evidence a method's evidence of it, with its tokens, [1,...]
   * @param rotated the tokens of its rotated copies, [n,N,C]; none where there are no copies
   */
  public void add(
      String name, Tensors<HostTensor> evidence, Optional<Tensors<HostTensor>> rotated) {
    Tensors<HostTensor> tokens = TokenTaps.first(evidence);
    Tensors<HostTensor> all = rotated.map(r -> joined(tokens, r)).orElse(tokens);
    if (bank()) {
      copies.add(all);
    } else {
      Statistics s = Statistics.of(all.get(TokenTaps.TOKENS + 0), compute);
      int fold = names.size() % FOLDS;
      if (fold == folds.size()) {
        folds.add(s);
      } else {
        folds.set(fold, folds.get(fold).plus(s));
      }
    }
    own.add(evidence);
    names.add(name);
  }

  /**
   * Copies of a single reference, quarter turns of it, that are judged by it: with one reference
   * there is no other.
   *
   * @param evidence of one copy, as in {@link #add}
   */
  public void addTurned(Tensors<HostTensor> evidence) {
    turned.add(evidence);
  }

  private static Tensors<HostTensor> joined(Tensors<HostTensor> a, Tensors<HostTensor> b) {
    return Tensors.joined(new dev.headclip.tensor.HostOps(), List.of(a, b));
  }

  /**
   * Fits.
   *
   * @param scoring the method's, with any ends
   * @throws HeadClipException where there is no reference
   */
  public ReferenceModel.Fitted fit(ReferenceScoring scoring) {
    if (names.isEmpty()) {
      throw new HeadClipException("no reference that can be read, expected at least one");
    }
    Optional<Statistics> all = bank() ? Optional.empty() : Optional.of(total());
    ReferenceScorer scorer =
        all.<ReferenceScorer>map(s -> Subspace.fit(s, settings.share()))
            .orElseGet(() -> MemoryBank.of(shape(), copies));
    List<Tensors<HostTensor>> judged = judged(scorer);
    List<String> remarks = new ArrayList<>();
    if (scorer instanceof Subspace s && s.capped()) {
      remarks.add(
          "the subspace keeps all %d components but one: reference_share %s leaves hardly anything to see anomalies by; lower it"
              .formatted(s.components(), settings.share()));
    }
    EndsOfNormals found = EndsOfNormals.of(scoring, judged);
    if (names.size() > 1) {
      suspects(found, remarks);
    } else {
      remarks.add(
          "one reference: its quarter turns say where normal parts end; two or more are surer");
    }
    ReferenceModel model =
        new ReferenceModel(settings, taps, scorer, found.ends(), all, names.size(), false);
    return new ReferenceModel.Fitted(model, found.scores(), remarks);
  }

  private MemoryBank.Shape shape() {
    return new MemoryBank.Shape(settings.boxes(), settings.layerSum());
  }

  private Statistics total() {
    Statistics sum = Statistics.none(folds.get(0).width());
    for (Statistics s : folds) {
      sum = sum.plus(s);
    }
    return sum;
  }

  /** Evidence with distances, of references that the scorer has not seen. */
  private List<Tensors<HostTensor>> judged(ReferenceScorer scorer) {
    List<Tensors<HostTensor>> judged = new ArrayList<>();
    if (names.size() == 1) {
      for (Tensors<HostTensor> t : turned.isEmpty() ? List.of(own.get(0)) : turned) {
        judged.add(
            with(t, compute.run(single(), TokenTaps.first(t)).get(ReferenceScorer.DISTANCE)));
      }
      return judged;
    }
    List<ReferenceScorer> without = bank() ? List.of() : withoutFolds();
    for (int i = 0; i < names.size(); i++) {
      Tensors<HostTensor> evidence = own.get(i);
      Tensors<HostTensor> tokens = TokenTaps.first(evidence);
      HostTensor distances;
      if (scorer instanceof MemoryBank m) {
        distances = m.without(compute.run(m.byReference(names.size()), tokens), i);
      } else {
        distances = compute.run(without.get(i % FOLDS), tokens).get(ReferenceScorer.DISTANCE);
      }
      judged.add(with(evidence, distances));
    }
    return judged;
  }

  /** A scorer of the single reference without its copies. */
  private ReferenceScorer single() {
    Tensors<HostTensor> tokens = TokenTaps.first(own.get(0));
    return bank()
        ? MemoryBank.of(shape(), List.of(tokens))
        : Subspace.fit(Statistics.of(tokens.get(TokenTaps.TOKENS + 0), compute), settings.share());
  }

  private List<ReferenceScorer> withoutFolds() {
    Statistics all = total();
    return folds.stream()
        .<ReferenceScorer>map(f -> Subspace.fit(all.minus(f), settings.share()))
        .toList();
  }

  private static Tensors<HostTensor> with(Tensors<HostTensor> evidence, HostTensor distances) {
    return TokenTaps.without(evidence).with(ReferenceScorer.DISTANCE, distances);
  }

  private void suspects(EndsOfNormals found, List<String> remarks) {
    double[] raw = found.raw();
    double middle = NormalEnds.percentile(raw, 0.5);
    for (int i = 0; i < raw.length; i++) {
      double times = raw[i] / Math.max(middle, Double.MIN_NORMAL);
      if (names.size() > 2 && times > SUSPECT) {
        remarks.add(
            "%s: unlike the other references (%.1f times their median score when left out); look whether it is a good part"
                .formatted(names.get(i), times));
      }
    }
  }

  @Override
  public void close() {
    own.close();
  }
}
