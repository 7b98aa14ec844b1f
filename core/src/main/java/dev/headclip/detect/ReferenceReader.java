package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceFitter;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceRemoval;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads references with a detector that taps tokens, and fits to them. */
final class ReferenceReader {
  /** Quarter turns that stand for the others where there is one reference. */
  private static final int[] QUARTERS = {90, 180, 270};

  private final Detector detector;
  private final ReferenceSettings settings;

  /**
   * @param tapped gives tokens
   */
  ReferenceReader(Detector tapped, ReferenceSettings settings) {
    this.detector = tapped;
    this.settings = settings;
  }

  /** The same image has the same, wherever it lies. */
  static String digest(RgbImage image) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(
          "%d %d ".formatted(image.width(), image.height()).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(image.rgb()), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Fits; references that cannot be read are left out, and said among the remarks.
   *
   * @throws HeadClipException where none is left
   */
  ReferenceModel.Fitted fit(List<ImageSource> references) {
    try (ReferenceFitter fitter =
        new ReferenceFitter(settings, detector.tapped(), detector.tiling(), detector.compute())) {
      return fit(references, fitter, List.of());
    }
  }

  /** Fits to further references. */
  ReferenceModel.Fitted add(ReferenceModel before, List<ImageSource> more) {
    try (ReferenceFitter fitter = new ReferenceFitter(before, detector.compute())) {
      return fit(more, fitter, before.known());
    }
  }

  private ReferenceModel.Fitted fit(
      List<ImageSource> references, ReferenceFitter fitter, List<ReferenceModel.Known> before) {
    List<String> unreadable = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    before.forEach(k -> seen.put(k.digest(), k.name()));
    Optional<Looked.Seen> single = Optional.empty();
    StreamSettings stream = StreamSettings.defaults().withPixels(true);
    try (Detections<Looked> read = detector.looks(references, stream, l -> l)) {
      while (read.hasNext()) {
        Looked o = read.next();
        if (o instanceof Looked.Failed f) {
          unreadable.add(
              "%s: %s; left out of the references".formatted(f.source().id(), f.error()));
          continue;
        }
        Looked.Seen s = (Looked.Seen) o;
        Look.Seen look = look(s);
        String digest = look.digest();
        String same = seen.putIfAbsent(digest, s.source().id());
        if (same != null) {
          unreadable.add(
              "%s: the same picture as %s; counted once".formatted(s.source().id(), same));
          continue;
        }
        fitter.add(s.source().id(), digest, look.evidence(), look.copies());
        single = seen.size() == 1 ? Optional.of(s) : Optional.empty();
      }
    }
    if (before.isEmpty() && single.isPresent()) {
      for (int degrees : QUARTERS) {
        Looked.Seen s = single.get();
        fitter.addTurned(evidence(s.pixels().orElseThrow(), degrees, s.source()));
      }
    }
    if (seen.size() == before.size()) {
      throw new HeadClipException(
          unreadable.isEmpty()
              ? "no reference, expected at least one"
              : "none of %d references can be used, the first: %s"
                  .formatted(references.size(), unreadable.get(0)));
    }
    ReferenceModel.Fitted fitted =
        fitter.fit(detector.scoringAgainst(settings, NormalEnds.unknown()));
    List<String> remarks = new ArrayList<>(unreadable);
    remarks.addAll(fitted.remarks());
    return new ReferenceModel.Fitted(fitted.model(), fitted.scores(), remarks)
        .within(detector.region());
  }

  /** What is to be known of a reference. */
  Look.Seen look(Looked.Seen s) {
    return s.look(digest(s.pixels().orElseThrow()), copies(s));
  }

  /** Fits to the references without some of them. */
  ReferenceModel.Fitted remove(ReferenceModel before, List<ImageSource> fewer) {
    ReferenceRemoval removal = new ReferenceRemoval(before, detector.compute());
    StreamSettings stream = StreamSettings.defaults().withPixels(true);
    try (Detections<Looked> read = detector.looks(fewer, stream, l -> l)) {
      while (read.hasNext()) {
        Looked o = read.next();
        if (o instanceof Looked.Failed f) {
          throw new HeadClipException("%s: %s".formatted(f.source().id(), f.error()));
        }
        Looked.Seen s = (Looked.Seen) o;
        removal.remove(
            s.source().id(),
            digest(s.pixels().orElseThrow()),
            TokenTaps.of(s.evidence()),
            copies(s));
      }
    }
    return removal
        .fit(detector.scoringAgainst(settings, NormalEnds.unknown()))
        .within(detector.region());
  }

  private Optional<Tensors<HostTensor>> copies(Looked.Seen s) {
    List<Tensors<HostTensor>> all = new ArrayList<>();
    for (int i = 1; i < settings.rotations(); i++) {
      double degrees = 360.0 * i / settings.rotations();
      all.add(TokenTaps.of(evidence(s.pixels().orElseThrow(), degrees, s.source())));
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(Tensors.joined(new HostOps(), all));
  }

  private Tensors<HostTensor> evidence(RgbImage image, double degrees, ImageSource of) {
    Sight.Prepared prepared = detector.prepareTurned(of, image, degrees);
    ClassName name = detector.className(of);
    return detector.run(List.of(prepared), name).get(0);
  }
}
