package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.image.Tiling;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostOps;
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
  /** So many references keep their tokens; those of more would fill a file. */
  public static final int SEEN = 16;

  /** A reference whose score is so many times the others' is told of. */
  private static final double SUSPECT = 2;

  private final ReferenceSettings settings;
  private final TokenTaps taps;
  private final Tiling tiling;
  private final Compute compute;
  private final Optional<ReferenceModel> before;
  private final TokenSpool own = new TokenSpool();
  private final List<Tensors<HostTensor>> copies = new ArrayList<>();
  private final List<Tensors<HostTensor>> turned = new ArrayList<>();
  private final FoldedSums folds = new FoldedSums();
  private final List<Named> names = new ArrayList<>();

  private record Named(String name, String digest) {}

  /**
   * @param tiling what images were cut into
   * @param compute multiplies
   */
  public ReferenceFitter(
      ReferenceSettings settings, TokenTaps taps, Tiling tiling, Compute compute) {
    this(settings, taps, tiling, compute, Optional.empty());
  }

  /**
   * Adds to references whose images need not be there any more.
   *
   * @param before what these gave
   */
  public ReferenceFitter(ReferenceModel before, Compute compute) {
    this(
        before.settings(),
        before.taps(),
        before.tiling(),
        compute,
        before.complete() ? Optional.empty() : Optional.of(before));
    if (before.complete()) {
      before.known().forEach(this::addAgain);
    }
  }

  /** One whose tokens were kept. */
  void addAgain(ReferenceModel.Known k) {
    add(k.name(), k.digest(), k.seen().orElseThrow(), Optional.empty());
  }

  private ReferenceFitter(
      ReferenceSettings settings,
      TokenTaps taps,
      Tiling tiling,
      Compute compute,
      Optional<ReferenceModel> before) {
    if (settings.scorer() == ReferenceSettings.Scorer.MUTUAL) {
      throw new SettingException("scorer", "mutual", "subspace or knn for references");
    }
    this.settings = settings;
    this.taps = taps;
    this.tiling = tiling;
    this.compute = compute;
    this.before = before;
  }

  private boolean bank() {
    return settings.scorer() == ReferenceSettings.Scorer.KNN;
  }

  /**
   * One more reference.
   *
   * @param name for remarks
   * @param digest of its pixels
   * @param evidence a method's evidence of it, with its tokens, [1,...]
   * @param rotated the tokens of its rotated copies, [n,N,C]; none where there are no copies
   */
  public void add(
      String name,
      String digest,
      Tensors<HostTensor> evidence,
      Optional<Tensors<HostTensor>> rotated) {
    Tensors<HostTensor> tokens = TokenTaps.of(evidence);
    Tensors<HostTensor> all = withCopies(tokens, rotated);
    if (bank()) {
      copies.add(all);
    } else {
      folds.add(names.size(), Statistics.of(all.get(TokenTaps.TOKENS + 0), compute));
    }
    own.add(evidence);
    names.add(new Named(name, digest));
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

  public static Tensors<HostTensor> withCopies(
      Tensors<HostTensor> tokens, Optional<Tensors<HostTensor>> rotated) {
    return rotated.map(r -> Tensors.joined(new HostOps(), List.of(tokens, r))).orElse(tokens);
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
    Optional<Statistics> all =
        bank() ? Optional.empty() : Optional.of(folds.total(earlierStatistics()).total());
    ReferenceScorer scorer =
        all.<ReferenceScorer>map(s -> Subspace.fit(s, settings.share())).orElseGet(this::wholeBank);
    return fitted(settings, taps, tiling, all, scorer, known(scorer), scoring);
  }

  /**
   * The model of references that were judged.
   *
   * @param all their statistics, of a subspace
   * @param known judged by scorers that had not seen them
   * @param scoring the method's, with any ends
   */
  public static ReferenceModel.Fitted fitted(
      ReferenceSettings settings,
      TokenTaps taps,
      Tiling tiling,
      Optional<Statistics> all,
      ReferenceScorer scorer,
      List<ReferenceModel.Known> known,
      ReferenceScoring scoring) {
    List<String> remarks = new ArrayList<>();
    if (scorer instanceof Subspace s && s.capped()) {
      remarks.add(
          "the subspace keeps all %d components but one: reference_share %s leaves hardly anything to see anomalies by; lower it"
              .formatted(s.components(), settings.share()));
    }
    EndsOfNormals found = ends(scoring, known);
    if (known.size() > 1) {
      suspects(found, known, remarks);
    } else {
      found = new EndsOfNormals(found.ends().times(NormalEnds.ONE_REFERENCE), found.raw());
      remarks.add(
          "one reference: its quarter turns say where normal parts end; two or more are surer");
    }
    ReferenceModel model =
        new ReferenceModel(
            settings, taps, tiling, scorer, found.ends(), all, known, Optional.empty());
    return new ReferenceModel.Fitted(model, found.scores(), remarks);
  }

  static EndsOfNormals ends(ReferenceScoring scoring, List<ReferenceModel.Known> known) {
    return EndsOfNormals.of(scoring, known.stream().flatMap(k -> k.judged().stream()).toList());
  }

  /** Those from before first, as they were judged then. */
  private List<ReferenceModel.Known> known(ReferenceScorer scorer) {
    List<List<Tensors<HostTensor>>> judged = judged(scorer);
    List<ReferenceModel.Known> all = new ArrayList<>();
    for (ReferenceModel.Known k : before.map(ReferenceModel::known).orElse(List.of())) {
      // quarter turns stood for others that are there now
      boolean alone = before.orElseThrow().references() == 1;
      List<Tensors<HostTensor>> then = alone ? List.of() : k.judged();
      all.add(new ReferenceModel.Known(k.name(), k.digest(), then, Optional.empty()));
    }
    for (int i = 0; i < names.size(); i++) {
      Named n = names.get(i);
      // copies are not kept
      boolean few = earlier() == 0 && names.size() <= SEEN && settings.rotations() == 1;
      Optional<Tensors<HostTensor>> seen = few ? Optional.of(own.get(i)) : Optional.empty();
      all.add(new ReferenceModel.Known(n.name(), n.digest(), judged.get(i), seen));
    }
    return all;
  }

  private MemoryBank wholeBank() {
    MemoryBank added = MemoryBank.of(shape(), copies);
    return before.map(b -> ((MemoryBank) b.scorer()).plus(added)).orElse(added);
  }

  private int earlier() {
    return before.map(ReferenceModel::references).orElse(0);
  }

  private MemoryBank.Shape shape() {
    return MemoryBank.Shape.of(settings);
  }

  private Statistics earlierStatistics() {
    return before
        .flatMap(ReferenceModel::statistics)
        .orElseGet(() -> Statistics.none(folds.width()));
  }

  /** Evidence with distances of each reference, by a scorer that has not seen it. */
  private List<List<Tensors<HostTensor>>> judged(ReferenceScorer scorer) {
    if (names.size() + earlier() == 1) {
      List<Tensors<HostTensor>> alone = new ArrayList<>();
      for (Tensors<HostTensor> t : turned.isEmpty() ? List.of(own.get(0)) : turned) {
        alone.add(FoldedSums.judged(t, single().of(compute, TokenTaps.of(t))));
      }
      return List.of(alone);
    }
    List<List<Tensors<HostTensor>>> judged = new ArrayList<>();
    List<ReferenceScorer> without =
        bank() ? List.of() : folds.without(earlierStatistics(), settings.share());
    for (int i = 0; i < names.size(); i++) {
      Tensors<HostTensor> evidence = own.get(i);
      Tensors<HostTensor> tokens = TokenTaps.of(evidence);
      HostTensor distances;
      if (scorer instanceof MemoryBank m) {
        distances = m.without(compute, tokens, earlier() + i);
      } else {
        distances = without.get(FoldedSums.fold(i)).of(compute, tokens);
      }
      judged.add(List.of(FoldedSums.judged(evidence, distances)));
    }
    return judged;
  }

  /** A scorer of the single reference without its copies. */
  private ReferenceScorer single() {
    Tensors<HostTensor> tokens = TokenTaps.of(own.get(0));
    return bank()
        ? MemoryBank.of(shape(), List.of(tokens))
        : Subspace.fit(Statistics.of(tokens.get(TokenTaps.TOKENS + 0), compute), settings.share());
  }

  private static void suspects(
      EndsOfNormals found, List<ReferenceModel.Known> known, List<String> remarks) {
    double[] raw = found.raw();
    double middle = NormalEnds.percentile(raw, 0.5);
    int at = 0;
    for (ReferenceModel.Known k : known) {
      if (k.judged().isEmpty()) {
        continue;
      }
      double times = raw[at++] / Math.max(middle, Double.MIN_NORMAL);
      if (raw.length > 2 && times > SUSPECT) {
        remarks.add(
            "%s: unlike the other references (%.1f times their median score when left out); look whether it is a good part"
                .formatted(k.name(), times));
      }
    }
  }

  @Override
  public void close() {
    own.close();
  }
}
