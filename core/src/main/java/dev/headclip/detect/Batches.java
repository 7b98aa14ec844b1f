package dev.headclip.detect;

import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceSettings;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Scores batches of unlabelled images, each of one kind, among themselves; opened once for all. */
public final class Batches implements AutoCloseable {
  private final Detector detector;
  private final ReferenceSettings settings;

  /** Owns {@code tapped}. */
  Batches(Detector tapped, ReferenceSettings settings) {
    this.detector = tapped;
    this.settings = settings;
  }

  public Model model() {
    return detector.model();
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
