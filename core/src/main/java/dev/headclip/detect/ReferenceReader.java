package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.image.Page;
import dev.headclip.image.RgbImage;
import dev.headclip.image.Rotation;
import dev.headclip.method.ClassName;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceFitter;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads references with a detector that taps tokens, and fits to them. */
final class ReferenceReader {
  /** Quarter turns that stand for the others where there is one reference. */
  private static final int[] QUARTERS = {90, 180, 270};

  private final Detector detector;
  private final ReferenceSettings settings;

  ReferenceReader(Detector tapped, ReferenceSettings settings) {
    this.detector = tapped;
    this.settings = settings;
  }

  /**
   * Fits; references that cannot be read are left out, and said among the remarks.
   *
   * @throws HeadClipException where none is left
   */
  ReferenceModel.Fitted fit(List<ImageSource> references, TokenTaps taps) {
    List<String> unreadable = new ArrayList<>();
    boolean pixels = settings.rotations() > 1 || references.size() == 1;
    StreamSettings stream = StreamSettings.defaults().withPixels(pixels);
    try (ReferenceFitter fitter = new ReferenceFitter(settings, taps, detector.compute());
        Detections<Outcome> read = detector.stream(references, stream)) {
      while (read.hasNext()) {
        Outcome o = read.next();
        if (o instanceof Outcome.Failed f) {
          unreadable.add(
              "%s: %s; left out of the references".formatted(f.source().id(), f.error()));
          continue;
        }
        Outcome.Scored s = (Outcome.Scored) o;
        fitter.add(s.source().id(), s.detection().evidence(), copies(s));
        if (references.size() == 1) {
          for (int degrees : QUARTERS) {
            fitter.addTurned(evidence(s.pixels().orElseThrow(), degrees, s.source()));
          }
        }
      }
      ReferenceModel.Fitted fitted =
          fitter.fit(detector.scoringAgainst(settings, NormalEnds.unknown()));
      List<String> remarks = new ArrayList<>(unreadable);
      remarks.addAll(fitted.remarks());
      return new ReferenceModel.Fitted(fitted.model(), fitted.scores(), remarks);
    }
  }

  private Optional<Tensors<HostTensor>> copies(Outcome.Scored s) {
    List<Tensors<HostTensor>> all = new ArrayList<>();
    for (int i = 1; i < settings.rotations(); i++) {
      double degrees = 360.0 * i / settings.rotations();
      all.add(TokenTaps.first(evidence(s.pixels().orElseThrow(), degrees, s.source())));
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(Tensors.joined(new HostOps(), all));
  }

  private Tensors<HostTensor> evidence(RgbImage image, double degrees, ImageSource of) {
    ImageSource.Loaded turned = new ImageSource.Loaded(Rotation.of(image, degrees), Page.only());
    Detector.Prepared prepared = detector.prepare(turned, System.nanoTime());
    ClassName name = detector.className(of);
    return detector.run(List.of(prepared), name).get(0);
  }
}
