package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.InferenceSession;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Page;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.RgbImage;
import dev.headclip.image.Rotation;
import dev.headclip.image.Tiling;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.Regions;
import dev.headclip.method.Adaptation;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScorer;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds anomalies in images with one model. Thread-safe; holds native memory until closed.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load("starter")) {
 *   Detection d = detector.detect(Path.of("part.jpg"));
 *   System.out.println(d.score() + " " + d.anomalous());
 * }
 * }</pre>
 */
public final class Detector implements AutoCloseable {
  private final Model model;
  private final InferenceSession session;
  private final Optional<Adaptation> adaptation;
  private final Scoring scoring;
  private final Sight sight;
  private final ImageLoader loader;
  private final Optional<ClassName> className;
  private final RegionSource regions;

  /** Owns {@code model} once constructed. */
  Detector(
      Model model,
      EngineSettings settings,
      ImageLoader loader,
      Optional<ClassName> className,
      RegionSource regions,
      Tiling tiling) {
    this.model = model;
    this.regions = regions == RegionSource.all() ? remembered(regions) : regions;
    Tiling parts = references().map(ReferenceModel::tiling).orElse(tiling);
    if (!tiling.plain() && !tiling.equals(parts)) {
      throw new HeadClipException(
          "tiles %s: the references were looked at with %s; leave it out"
              .formatted(tiling.text(), parts.text()));
    }
    this.sight = new Sight(model.views(), model.normalization(), parts, model.imageSize());
    if (!tiling.plain() && !model.views().whole()) {
      throw new HeadClipException(
          "method %s looks at views of its own; tiles and shapes go with whole images"
              .formatted(model.method()));
    }
    this.scoring = tiled(model.scoring());
    this.loader = loader;
    this.className = className;
    this.session = Engines.of(settings.engine()).open(model, settings);
    this.adaptation = model.adaptation(session::run);
  }

  /** The references' region, where they keep one. */
  private RegionSource remembered(RegionSource otherwise) {
    return references().flatMap(ReferenceModel::region).map(RegionSource::of).orElse(otherwise);
  }

  /** The region of all images, where it is one. */
  Optional<RegionOfInterest> region() {
    return regions.ofAll();
  }

  /** Another detector's session with a model that asks the same of it. */
  private Detector(Detector other, Model model, RegionSource regions) {
    this.model = model;
    this.session = other.session;
    this.adaptation = other.adaptation;
    this.sight = other.sight;
    this.loader = other.loader;
    this.className = other.className;
    this.regions = regions;
    this.scoring = tiled(model.scoring());
  }

  /**
   * This detector looking at other pixels of images: one of several users of the same session,
   * which is still this one's to close.
   */
  public Detector within(RegionSource others) {
    return new Detector(this, model, others);
  }

  /**
   * This detector against references; it takes this one's place.
   *
   * @throws HeadClipException where this one's model does not give the tokens that are read
   */
  public Detector against(ReferenceModel fitted) {
    if (!tapped().equals(fitted.taps())) {
      throw new HeadClipException(
          "references fitted to %s, the model gives %s".formatted(fitted.taps(), tapped()));
    }
    return new Detector(this, clip().against(fitted), regions);
  }

  /** This detector's tokens as they are, compared with nothing; still this one's. */
  Detector tokens() {
    return references().isEmpty() ? this : new Detector(this, clip().tapped(tapped()), regions);
  }

  /** From evidence to scores and map: the model's, or the one that compares with references. */
  public Scoring scoring() {
    return scoring;
  }

  /** The references, where images are judged against such. */
  public Optional<ReferenceModel> references() {
    return model instanceof ClipModel clip ? clip.references() : Optional.empty();
  }

  private ClipModel clip() {
    return (ClipModel) model;
  }

  TokenTaps tapped() {
    return clip()
        .taps()
        .orElseThrow(() -> new IllegalStateException("a model whose tokens are not tapped"));
  }

  /** The method's scoring with references beside it. */
  ReferenceScoring scoringAgainst(ReferenceSettings settings, NormalEnds ends) {
    return clip().scoring(settings, ends);
  }

  /** Multiplies, beside the network. */
  Compute compute() {
    return session::run;
  }

  /**
   * A model as it is stored: built-in ("starter"), a folder with a backbone and
   * adapter.safetensors, or an exported .onnx file.
   */
  public static Detector load(String nameOrPath) {
    return builder(nameOrPath).build();
  }

  /** A model with choices; {@code nameOrPath} may also be a backbone. */
  public static DetectorBuilder builder(String nameOrPath) {
    return new DetectorBuilder(nameOrPath);
  }

  /** A model that is open already, the adapter of a training perhaps; owned from here on. */
  public static Detector of(Model model, EngineSettings settings) {
    return new Detector(
        model,
        settings,
        ImageLoader.defaults(),
        Optional.empty(),
        RegionSource.all(),
        Tiling.none());
  }

  /** The model. */
  public Model model() {
    return model;
  }

  /** The score from which an image is called anomalous. */
  public double threshold() {
    return model.threshold().value();
  }

  /**
   * Scores an image file.
   *
   * @throws HeadClipException naming the file where it cannot be read
   */
  public Detection detect(Path image) {
    return detect(ImageSource.of(image));
  }

  /** Scores the bytes of an image file. */
  public Detection detect(byte[] image) {
    return detect(ImageSource.of("image", image));
  }

  /** Scores an image file's bytes, read to their end; the stream stays the caller's. */
  public Detection detect(InputStream image) throws IOException {
    return detect(image.readAllBytes());
  }

  /** Scores a decoded image. */
  public Detection detect(BufferedImage image) {
    return detect(RgbImage.of(image));
  }

  /** Scores a decoded image. */
  public Detection detect(RgbImage image) {
    return detect(ImageSource.of("image", loader -> image));
  }

  /**
   * Scores an image.
   *
   * @throws HeadClipException naming it where it cannot be read
   */
  public Detection detect(ImageSource image) {
    long start = System.nanoTime();
    try {
      ImageSource.Loaded pixels = image.content().loadPage(loader);
      return detect(prepare(image, pixels, start), className(image));
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(image.id(), e.getMessage()), e);
    }
  }

  private Detection detect(Sight.Prepared image, ClassName name) {
    long start = System.nanoTime();
    Tensors<HostTensor> evidence = run(List.of(image), name).get(0);
    return finish(image, evidence, (System.nanoTime() - start) / 1e6);
  }

  /** Scores image files, as many at a time as serves throughput; results in their order. */
  public List<Outcome> detectAll(List<Path> images) {
    List<Outcome> all = new ArrayList<>();
    try (Detections<Outcome> found =
        stream(images.stream().map(ImageSource::of).toList(), StreamSettings.defaults())) {
      found.forEachRemaining(all::add);
    }
    return all;
  }

  /** Scores any number of images in bounded memory; results in their order. */
  public Detections<Outcome> stream(Iterable<ImageSource> images, StreamSettings settings) {
    return stream(images, settings, Function.identity());
  }

  /**
   * Scores any number of images in bounded memory.
   *
   * @param finish what is made of each outcome, from several threads beside the network: writing
   *     maps and the like; what it throws ends the run
   */
  public <R> Detections<R> stream(
      Iterable<ImageSource> images, StreamSettings settings, Function<Outcome, R> finish) {
    return looks(images, settings, finish.compose(this::judged));
  }

  /** The same before anything is judged. */
  <R> Detections<R> looks(
      Iterable<ImageSource> images, StreamSettings settings, Function<Looked, R> finish) {
    return new Detections<>(this, images.iterator(), settings, finish);
  }

  /** Scores and verdict of what was looked at. */
  Outcome judged(Looked looked) {
    if (looked instanceof Looked.Seen seen) {
      try {
        Detection found = finish(seen.prepared(), seen.evidence(), seen.ms());
        return new Outcome.Scored(seen.source(), found, seen.pixels());
      } catch (HeadClipException e) {
        return new Outcome.Failed(seen.source(), e.getMessage());
      }
    }
    return new Outcome.Failed(looked.source(), ((Looked.Failed) looked).error());
  }

  ImageLoader loader() {
    return loader;
  }

  /** What the images show, where somebody said so for all of them. */
  public Optional<ClassName> className() {
    return className;
  }

  ClassName className(ImageSource image) {
    return image.className().or(() -> className).orElse(ClassName.unknown());
  }

  /** Images that the network takes at a time for throughput. */
  public int preferredBatch() {
    return session.preferredBatch();
  }

  /** Whether images of both may go through the network together. */
  boolean sharesNetwork(Detector other) {
    return session == other.session && model == other.model;
  }

  /** Resizes and normalises; the time from {@code start} on counts as spent. */
  Sight.Prepared prepare(ImageSource source, ImageSource.Loaded loaded, long start) {
    RgbImage image = loaded.image();
    Optional<RegionOfInterest> region = region(source, image);
    return prepared(filled(image, region), region, loaded.page(), start);
  }

  /** The same of a copy that is turned, its region with it. */
  Sight.Prepared prepareTurned(ImageSource source, RgbImage image, double degrees) {
    long start = System.nanoTime();
    Optional<RegionOfInterest> region = region(source, image);
    RgbImage turned = Rotation.of(filled(image, region), degrees);
    return prepared(turned, region.map(r -> r.turned(degrees)), Page.only(), start);
  }

  private Optional<RegionOfInterest> region(ImageSource source, RgbImage image) {
    return regions.of(source, loader).map(r -> r.fitted(image.width(), image.height()));
  }

  private static RgbImage filled(RgbImage image, Optional<RegionOfInterest> region) {
    return region.map(r -> r.filled(image)).orElse(image);
  }

  private Sight.Prepared prepared(
      RgbImage seen, Optional<RegionOfInterest> region, Page page, long start) {
    Sight.Inputs inputs = sight.inputs(seen);
    double ms = (System.nanoTime() - start) / 1e6;
    return new Sight.Prepared(seen.width(), seen.height(), page, inputs, region, ms);
  }

  /** What images are cut into. */
  public Tiling tiling() {
    return sight.tiling();
  }

  private Scoring tiled(Scoring ofPart) {
    return sight.tiling().plain()
        ? ofPart
        : new TiledScoring(sight.tiling(), ofPart, model.imageSize());
  }

  /** The scoring of images in parts, by one of a part. */
  Scoring scoringOfParts(Scoring ofPart) {
    return tiled(ofPart);
  }

  /** Whether an image's result depends on the images of its class before it. */
  public boolean ordered() {
    return adaptation.map(Adaptation::ordered).orElse(false);
  }

  /** Runs the network on images that show the same; the evidence of each. */
  List<Tensors<HostTensor>> run(List<Sight.Prepared> images, ClassName name) {
    List<Input> inputs = new ArrayList<>();
    for (Sight.Prepared p : images) {
      for (int i = 0; i < p.inputs().count(); i++) {
        inputs.add(new Input(p, i));
      }
    }
    // many views of an image go through in parts: memory is bounded by the session's batch
    int part = Math.max(1, session.preferredBatch());
    List<Tensors<HostTensor>> parts = new ArrayList<>();
    for (int from = 0; from < inputs.size(); from += part) {
      List<Input> some = inputs.subList(from, Math.min(from + part, inputs.size()));
      int n = 3 * model.imageSize() * model.imageSize();
      float[] pixels = new float[some.size() * n];
      for (int i = 0; i < some.size(); i++) {
        float[] one = some.get(i).of().inputs().get(some.get(i).view());
        System.arraycopy(one, 0, pixels, i * n, n);
      }
      parts.add(distances(session.run(pixels, some.size(), name)));
    }
    Tensors<HostTensor> evidence = Tensors.joined(new HostOps(), parts);
    List<Tensors<HostTensor>> each = new ArrayList<>();
    int row = 0;
    for (Sight.Prepared p : images) {
      int rows = p.inputs().count();
      each.add(compared(Tensors.rows(evidence, row, row + rows), p, name));
      row += rows;
    }
    return each;
  }

  /** A network's input of an image. */
  private record Input(Sight.Prepared of, int view) {}

  /** In the place of tokens, their distances to the references. */
  private Tensors<HostTensor> distances(Tensors<HostTensor> evidence) {
    if (references().isEmpty()) {
      return evidence;
    }
    HostTensor found = references().get().scorer().of(session::run, TokenTaps.of(evidence));
    return TokenTaps.without(evidence)
        .and(TokenTaps.mean(evidence))
        .with(ReferenceScorer.DISTANCE, found);
  }

  /** An image's evidence, what was tapped of its first view where it has several of its own. */
  private Tensors<HostTensor> compared(
      Tensors<HostTensor> evidence, Sight.Prepared image, ClassName name) {
    Tensors<HostTensor> tapped = TokenTaps.of(evidence);
    Tensors<HostTensor> own = TokenTaps.without(evidence);
    if (own.has(ReferenceScorer.DISTANCE)) {
      tapped =
          Tensors.of(
              TokenTaps.MEAN,
              own.get(TokenTaps.MEAN),
              ReferenceScorer.DISTANCE,
              own.get(ReferenceScorer.DISTANCE));
      own = own.without(ReferenceScorer.DISTANCE).without(TokenTaps.MEAN);
    }
    if (sight.tiling().plain()) {
      tapped = Tensors.rows(tapped, 0, 1);
    }
    return sight.counted(adapted(own, image, name), image).and(tapped);
  }

  private Tensors<HostTensor> adapted(
      Tensors<HostTensor> evidence, Sight.Prepared p, ClassName name) {
    if (adaptation.isEmpty()) {
      return evidence;
    }
    synchronized (adaptation.get()) {
      return adaptation.get().of(evidence, session.words(name), name, p.width(), p.height());
    }
  }

  /** Map, scores and regions of an image. */
  Detection finish(Sight.Prepared image, Tensors<HostTensor> evidence, double ms) {
    long start = System.nanoTime();
    Scores s = restricted(scoring.of(evidence, image.width(), image.height()), evidence);
    double before = image.ms() + ms;
    Ends ends = new Ends(threshold(), model.mapThreshold());
    return detection(s, ends, image.width(), image.height(), image.page(), evidence, before, start);
  }

  /** Maps of methods that know of no regions, too, are 0 where pixels do not count. */
  static Scores restricted(Scores s, Tensors<HostTensor> evidence) {
    // of parts, each was restricted by itself
    if (!evidence.has(JointScoring.COUNTED) || evidence.get(JointScoring.COUNTED).size(0) != 1) {
      return s;
    }
    HostTensor c = evidence.get(JointScoring.COUNTED);
    AnomalyMap map = s.map();
    float[] values = map.values().clone();
    for (int i = 0; i < values.length; i++) {
      int y = i / map.width() * c.size(-2) / map.height();
      int x = i % map.width() * c.size(-1) / map.width();
      values[i] *= c.data()[y * c.size(-1) + x];
    }
    return new Scores(
        s.score(),
        s.global(),
        s.local(),
        new AnomalyMap(map.width(), map.height(), values),
        s.raw());
  }

  /**
   * Scores and verdict of an image that was compared.
   *
   * @param evidence with distances
   */
  Detection compared(Look.Seen look, Tensors<HostTensor> evidence, Scoring by) {
    long start = System.nanoTime();
    Scores s = restricted(by.of(evidence, look.width(), look.height()), evidence);
    return detection(
        s,
        comparedEnds(),
        look.width(),
        look.height(),
        look.page(),
        evidence,
        look.milliseconds(),
        start);
  }

  /** Of images that are compared. */
  private Ends comparedEnds() {
    return new Ends(clip().comparedThreshold().value(), clip().comparedMapThreshold());
  }

  /** Where normal images end: by score, and by map value. */
  record Ends(double threshold, double mapThreshold) {}

  /**
   * A verdict and regions from scores.
   *
   * @param ms spent before {@code start}
   */
  Detection detection(
      Scores s,
      Ends ends,
      int width,
      int height,
      Page page,
      Tensors<HostTensor> evidence,
      double ms,
      long start) {
    boolean anomalous = s.score() >= ends.threshold();
    double outlined = Detection.outlinedAt(anomalous, ends.mapThreshold(), s.map());
    return new Detection(
        s.score(),
        s.global(),
        s.local(),
        anomalous,
        ends.threshold(),
        ends.mapThreshold(),
        width,
        height,
        page,
        Regions.of(s.map(), outlined, width, height),
        s.map(),
        s.raw(),
        evidence,
        ms + (System.nanoTime() - start) / 1e6);
  }

  @Override
  public void close() {
    session.close();
    model.close();
  }
}
