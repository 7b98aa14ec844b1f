package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Unlabelled images of one kind that judge one another, most of them normal: by a subspace of all
 * their patches (batched SubspaceAD), or mutually (MuSc). Tokens wait in bounded memory.
 */
public final class BatchFitter implements AutoCloseable {
  /** Fewer cannot be compared. */
  public static final int LEAST = 2;

  /** Windows of RsCIN (docs/spec/musc.md section 6). */
  private static final List<Integer> WINDOWS = List.of(1, 2, 3);

  /** MuSc's share of the other images. */
  private static final double SHARE = 0.3;

  private final ReferenceSettings settings;
  private final TokenTaps taps;
  private final Compute compute;
  private final TokenSpool images = new TokenSpool();
  private final Kinds kinds = new Kinds();
  private final Map<Integer, List<Integer>> alike = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> repeated = new ArrayList<>();
  private Optional<StatisticsSum> statistics = Optional.empty();

  public BatchFitter(ReferenceSettings settings, TokenTaps taps, Compute compute) {
    if (settings.scorer() == ReferenceSettings.Scorer.KNN) {
      throw new SettingException("scorer", "knn", "subspace or mutual for a batch");
    }
    this.settings = settings;
    this.taps = taps;
    this.compute = compute;
  }

  private boolean mutual() {
    return settings.scorer() == ReferenceSettings.Scorer.MUTUAL;
  }

  /**
   * One more image.
   *
   * @param name for remarks
   * @param evidence a method's evidence of it, with its tokens
   */
  public void add(String name, Tensors<HostTensor> evidence) {
    HostTensor first = TokenTaps.of(evidence).get(TokenTaps.TOKENS + 0);
    if (mutual() && first.size(0) != 1) {
      throw new SettingException("scorer", "mutual", "subspace for images in tiles");
    }
    kinds.add(name, Statistics.mean(first));
    notice(name, first);
    if (!mutual()) {
      count(Statistics.of(first, compute));
    }
    images.add(evidence);
    names.add(name);
  }

  private void count(Statistics image) {
    if (statistics.isPresent()) {
      statistics.get().add(image);
    } else {
      statistics = Optional.of(StatisticsSum.of(image));
    }
  }

  /** Equal images support one another. */
  private void notice(String name, HostTensor tokens) {
    List<Integer> same = alike.computeIfAbsent(tokens.hashCode(), h -> new ArrayList<>());
    for (int i : same) {
      if (TokenTaps.of(images.get(i)).get(TokenTaps.TOKENS + 0).equals(tokens)) {
        repeated.add("%s and %s".formatted(names.get(i), name));
        break;
      }
    }
    same.add(images.size());
  }

  /** Images so far. */
  public int size() {
    return images.size();
  }

  /**
   * What a batch gave: evidence of each image with its distance to the others, and where normal
   * ones end.
   *
   * @param evidence of each, in their order
   * @param ends for results
   * @param remarks one line each
   */
  public record Judged(List<Tensors<HostTensor>> evidence, NormalEnds ends, List<String> remarks) {
    public Judged {
      evidence = List.copyOf(evidence);
      remarks = List.copyOf(remarks);
    }
  }

  /** Steps that {@link #judge} tells of. */
  public int steps() {
    return mutual() ? MutualScoring.steps(size(), taps.sets(), settings.boxes().size()) : size();
  }

  /**
   * Judges all images.
   *
   * @param scoring the method's, with any ends
   * @param progress told the number of steps done
   * @throws HeadClipException where there are not enough images
   */
  public Judged judge(ReferenceScoring scoring, IntConsumer progress) {
    if (size() < LEAST) {
      throw tooFew(size());
    }
    List<String> remarks = new ArrayList<>();
    List<HostTensor> distances = mutual() ? mutually(progress) : bySubspace(progress, remarks);
    List<Tensors<HostTensor>> all = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      Tensors<HostTensor> image = images.get(i);
      all.add(FoldedSums.judged(image, distances.get(i)).and(TokenTaps.mean(image)));
    }
    if (mutual()) {
      all = rescored(scoring.with(NormalEnds.unknown()), all);
    }
    if (size() < 10) {
      remarks.add(
          "a batch of %d images says little of where normal ones end; ten or more are surer"
              .formatted(size()));
    }
    if (!repeated.isEmpty()) {
      remarks.add(
          "the same picture more than once (%s%s): equal images make one another look normal; remove the copies"
              .formatted(
                  repeated.get(0),
                  repeated.size() == 1 ? "" : ", and %d more".formatted(repeated.size() - 1)));
    }
    kinds.remark().ifPresent(remarks::add);
    return new Judged(all, ends(scoring, all), remarks);
  }

  /** What to say of a batch with fewer than {@link #LEAST} images. */
  public static HeadClipException tooFew(long images) {
    return new HeadClipException(
        "a batch of %d image(s) that can be read, expected at least %d to compare; for single images give --normal ones"
            .formatted(images, LEAST));
  }

  private List<HostTensor> bySubspace(IntConsumer progress, List<String> remarks) {
    Subspace s = Subspace.fit(statistics.orElseThrow().total(), settings.share());
    if (s.capped()) {
      remarks.add(
          "the subspace keeps all %d components but one: lower reference_share, found %s"
              .formatted(s.components(), settings.share()));
    }
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      all.add(s.of(compute, TokenTaps.of(images.get(i))));
      progress.accept(i + 1);
    }
    return all;
  }

  private List<HostTensor> mutually(IntConsumer progress) {
    return new MutualScoring(compute, SHARE).scores(images, settings.boxes(), progress);
  }

  /** RsCIN over the batch. */
  private List<Tensors<HostTensor>> rescored(
      ReferenceScoring scoring, List<Tensors<HostTensor>> all) {
    double[] scores = new double[size()];
    List<float[]> features = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      scores[i] = scoring.values(all.get(i), 1, 1).get(ReferenceScoring.REFERENCE_SCORE).data()[0];
      features.add(TokenTaps.of(images.get(i)).get(TokenTaps.FEATURE).data());
    }
    double[] found = MutualScoring.rescored(scores, features, WINDOWS);
    List<Tensors<HostTensor>> again = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      HostTensor one = HostTensor.of(new float[] {(float) found[i]}, 1);
      again.add(all.get(i).with(ReferenceScoring.RESCORED, one));
    }
    return again;
  }

  private static NormalEnds ends(ReferenceScoring scoring, List<Tensors<HostTensor>> all) {
    SampledScores apart = SampledScores.of(scoring.unjoined(), all);
    NormalEnds found = BatchEnds.of(scoring.alone(), apart);
    return scoring.alone()
        ? found
        : BatchEnds.joined(found, apart, SampledScores.of(scoring.with(found), all));
  }

  @Override
  public void close() {
    images.close();
  }
}
