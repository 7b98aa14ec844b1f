package dev.headclip.server.internal.models;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.ScoreSettings;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.results.Report;
import dev.headclip.settings.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model under its name.
 *
 * @param name in addresses and results
 * @param opened its sessions
 * @param detector of images
 * @param taught whether it was taught here, and may be changed and deleted
 * @param threshold that was chosen here in place of the model's own
 */
public record ServedModel(
    String name,
    OpenedModel opened,
    Detector detector,
    boolean taught,
    Optional<Double> threshold) {

  /** The threshold of verdicts. */
  public double cut() {
    return threshold.orElseGet(detector::threshold);
  }

  /** Where the threshold comes from, in words. */
  public String cutOrigin() {
    return threshold.isPresent() ? "chosen here" : detector.model().threshold().origin();
  }

  /** A result under the chosen threshold. */
  public Detection judged(Detection d) {
    return threshold.map(d::judged).orElse(d);
  }

  /** The references, where images are compared with such. */
  public Optional<ReferenceModel> references() {
    return detector.references();
  }

  /** What results say that images were compared with. */
  public Optional<Report.Compared> compared() {
    return Report.Compared.of(detector);
  }

  /** What compares images by a published way, or the usual one. */
  public Comparer comparer(Optional<String> preset) {
    ReferenceSettings settings =
        preset
            .map(p -> ReferenceSettings.preset(p, clip().backbone().config()))
            .orElseGet(ReferenceSettings::defaults);
    return opened.comparer(settings);
  }

  /**
   * The backbone and the adapter, for files.
   *
   * @throws HeadClipException where it is an exported model
   */
  public ClipModel clip() {
    if (detector.model() instanceof ClipModel c) {
      return c;
    }
    throw new HeadClipException(
        "model %s is an exported one, expected one with a backbone and an adapter".formatted(name));
  }

  /** Writes what makes it another model than its backbone: references, or an adapter. */
  public void write(Path file) {
    if (references().isPresent()) {
      ReferenceFile.write(file, references().get(), opened.base(threshold));
    } else {
      AdapterFile.write(file, adapter());
    }
  }

  private Adapter adapter() {
    Adapter own = clip().adapter();
    return threshold
        .map(
            t ->
                own.withScores(
                    Schema.of(ScoreSettings.class).changed(own.scores(), Map.of("threshold", t))))
        .orElse(own);
  }

  /** The model that files of other forms are made of, with the threshold that was chosen. */
  public ClipModel forExport() {
    ClipModel own = clip();
    if (threshold.isEmpty()) {
      return own;
    }
    ClipModel judging = ClipModel.borrowing(name, own.backbone(), adapter(), threshold.get());
    return own.references().map(judging::against).orElse(judging);
  }

  /** Another threshold, or the model's own again. */
  ServedModel judging(Optional<Double> other) {
    return new ServedModel(name, opened, detector, taught, other);
  }

  /** Writes it where it is kept. */
  void keep(Path folder) {
    write(folder.resolve(name + Models.SUFFIX));
  }

  /** Deletes what was kept of it. */
  static void forget(Path folder, String name) {
    try {
      Files.deleteIfExists(folder.resolve(name + Models.SUFFIX));
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be deleted (%s)".formatted(name, AtomicFiles.reason(e)), e);
    }
  }
}
