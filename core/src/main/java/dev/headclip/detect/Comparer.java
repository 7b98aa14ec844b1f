package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.BatchFitter;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Compares images with references, or those of a batch with one another: a model whose tokens are
 * read, opened once for all. Holds native memory until closed.
 */
public final class Comparer implements AutoCloseable {
  private final Detector detector;
  private final ReferenceSettings settings;

  /** Owns {@code tapped}. */
  Comparer(Detector tapped, ReferenceSettings settings) {
    this.detector = tapped;
    this.settings = settings;
  }

  /**
   * Of a model that is open already; owned from here on.
   *
   * @throws dev.headclip.settings.SettingException where the settings do not fit it
   */
  public static Comparer of(ClipModel model, ReferenceSettings settings, EngineSettings engine) {
    ClipModel tapped = model.tapped(settings.taps(model.backbone().config()));
    return new Comparer(Detector.of(tapped, engine), settings);
  }

  public Model model() {
    return detector.model();
  }

  /**
   * The detector whose tokens are read; still this one's. Its evidence has them, and nothing is
   * compared yet.
   */
  public Detector detector() {
    return detector;
  }

  /**
   * This one comparing otherwise; the session is still this one's to close.
   *
   * @throws dev.headclip.HeadClipException where other tokens would be read
   */
  public Comparer with(ReferenceSettings others) {
    if (!others.taps(clip().backbone().config()).equals(detector.tapped())) {
      throw new HeadClipException(
          "settings that read other tokens; open a comparer of their own for them");
    }
    return new Comparer(detector, others);
  }

  private ClipModel clip() {
    return (ClipModel) detector.model();
  }

  /** This one looking at other pixels of images; the session is still this one's to close. */
  public Comparer within(RegionSource others) {
    return new Comparer(detector.within(others), settings);
  }

  /**
   * A detector against references by this one's session, which is still this one's to close; it
   * looks at the references' region where they keep one.
   *
   * @throws dev.headclip.HeadClipException where other tokens were fitted
   */
  public Detector against(ReferenceModel fitted) {
    Detector found = detector.against(fitted);
    return fitted.region().map(r -> found.within(RegionSource.of(r))).orElse(found);
  }

  /**
   * Fits to references.
   *
   * @throws dev.headclip.HeadClipException where none can be read
   */
  public ReferenceModel.Fitted fit(List<ImageSource> references) {
    return new ReferenceReader(detector, settings).fit(references);
  }

  /**
   * Fits to further references beside those that there are.
   *
   * @param before compared by the same settings
   */
  public static ReferenceModel.Fitted add(
      Detector against, ReferenceModel before, List<ImageSource> more) {
    return new ReferenceReader(against.tokens(), before.settings()).add(before, more);
  }

  /**
   * Takes references away.
   *
   * @throws dev.headclip.HeadClipException where one is none of them, or the last
   */
  public static ReferenceModel.Fitted remove(
      Detector against, ReferenceModel before, List<ImageSource> fewer) {
    return new ReferenceReader(against.tokens(), before.settings()).remove(before, fewer);
  }

  /** From evidence with distances to scores and map. */
  public ReferenceScoring scoring(NormalEnds ends) {
    return detector.scoringAgainst(settings, ends);
  }

  /** The same before it is known where normal images end. */
  public ReferenceScoring scoring() {
    return scoring(NormalEnds.unknown());
  }

  /** Multiplies, beside the network. */
  public Compute compute() {
    return detector.compute();
  }

  /** The tokens that are read. */
  public TokenTaps taps() {
    return detector.tapped();
  }

  /** What is fitted to a batch that comes image by image. */
  public BatchFitter batch() {
    return new BatchFitter(settings, detector.tapped(), detector.compute());
  }

  /**
   * Reads the tokens of any number of images, in bounded memory.
   *
   * @param finish what is made of each look, from several threads beside the network
   */
  public <R> Detections<R> looks(
      Iterable<ImageSource> images, StreamSettings stream, Function<Look, R> finish) {
    return looks(images, stream, finish, Looked.Seen::look);
  }

  /** The same of references: with their digests and turned copies. */
  public <R> Detections<R> references(
      Iterable<ImageSource> images, StreamSettings stream, Function<Look, R> finish) {
    ReferenceReader reader = new ReferenceReader(detector, settings);
    return looks(images, stream.withPixels(true), finish, reader::look);
  }

  private <R> Detections<R> looks(
      Iterable<ImageSource> images,
      StreamSettings stream,
      Function<Look, R> finish,
      Function<Looked.Seen, Look> seen) {
    return detector.looks(
        images,
        stream,
        l ->
            finish.apply(
                l instanceof Looked.Seen s
                    ? seen.apply(s)
                    : new Look.Failed(l.source(), ((Looked.Failed) l).error())));
  }

  /**
   * Scores and verdict of an image that was compared.
   *
   * @param judged its evidence, with distances
   * @param scoring with the ends of what it was compared with
   */
  public Detection judged(Look.Seen look, Tensors<HostTensor> judged, ReferenceScoring scoring) {
    return detector.compared(look, judged, detector.scoringOfParts(scoring));
  }

  /** How images are compared. */
  public ReferenceSettings settings() {
    return settings;
  }

  /** Scores a batch; see {@link Batch#of}. */
  public Batch.Result score(List<ImageSource> images) {
    return score(images, Batch.Progress.none(), new AtomicBoolean());
  }

  /**
   * Scores a batch.
   *
   * @param stop set by whoever wants to stop
   * @throws dev.headclip.HeadClipException where fewer than two images can be read
   */
  public Batch.Result score(List<ImageSource> images, Batch.Progress progress, AtomicBoolean stop) {
    return new Batch(detector, settings).of(images, progress, stop);
  }

  @Override
  public void close() {
    detector.close();
  }
}
