package dev.headclip.app;

import dev.headclip.method.TrainSettings;
import dev.headclip.training.EpochFigures;
import dev.headclip.training.TrainingListener;
import dev.headclip.training.cache.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What a user sees of a training: a bar on a terminal, a line per epoch elsewhere. */
final class TrainProgress implements TrainingListener, AutoCloseable {
  private final TrainSettings train;
  private final int images;
  private final ProgressLine bar;
  private final boolean terminal;
  // speed with and without the tower, for the time left
  private double towerSeconds;
  private long towerImages;
  private double laterSeconds;
  private long laterImages;
  private long inEpoch;

  TrainProgress(TrainSettings train, int images) {
    this.train = train;
    this.images = images;
    this.bar = ProgressLine.of("train", (long) images * train.epochs(), "images");
    this.terminal = ProgressLine.terminal();
  }

  /** Tells two listeners; the first one's position counts. */
  static TrainingListener both(TrainingListener a, TrainingListener b) {
    return new TrainingListener() {
      @Override
      public void started(Map<String, Object> facts) {
        a.started(facts);
        b.started(facts);
      }

      @Override
      public void step(Step s) {
        a.step(s);
        b.step(s);
      }

      @Override
      public void epoch(int epoch, EpochFigures figures, double seconds) {
        a.epoch(epoch, figures, seconds);
        b.epoch(epoch, figures, seconds);
      }

      @Override
      public void checkpoint(Path file) {
        a.checkpoint(file);
        b.checkpoint(file);
      }

      @Override
      public void remark(String text) {
        a.remark(text);
        b.remark(text);
      }

      @Override
      public long position() {
        return a.position();
      }

      @Override
      public void resumed(long position, int epoch, int step) {
        a.resumed(position, epoch, step);
        b.resumed(position, epoch, step);
      }
    };
  }

  @Override
  public void started(Map<String, Object> facts) {
    long each = ((Number) facts.getOrDefault("bytes_per_image", 0)).longValue();
    String takes =
        each == 0
            ? ""
            : "; what is kept of %d images would take %s"
                .formatted(images, ByteSize.text(each * images));
    System.err.printf("%s; cache %s%s%n", facts.get("frozen_part"), facts.get("cache"), takes);
  }

  @Override
  public void resumed(long position, int epoch, int step) {
    System.err.printf("going on in epoch %d after step %d%n", epoch, step);
  }

  @Override
  public void remark(String text) {
    System.err.println("note: " + text);
  }

  @Override
  public void step(Step s) {
    if (s.towerRuns() > 0) {
      towerSeconds += s.seconds();
      towerImages += s.images();
    } else {
      laterSeconds += s.seconds();
      laterImages += s.images();
    }
    inEpoch = Math.min(images, (long) s.step() * train.batch());
    bar.at(
        (long) (s.epoch() - 1) * images + inEpoch,
        "epoch %d/%d %s, %.1f images/s, %s left"
            .formatted(
                s.epoch(),
                s.epochs(),
                EpochFigures.text(s.losses(), "%.3f"),
                s.images() / s.seconds(),
                left(s.epoch())));
  }

  @Override
  public void epoch(int epoch, EpochFigures f, double seconds) {
    inEpoch = 0;
    if (!terminal) {
      StringBuilder line =
          new StringBuilder(
              "epoch %d/%d: %s, %.1f images/s, %s left"
                  .formatted(
                      epoch,
                      train.epochs(),
                      EpochFigures.text(f.losses(), "%.4f"),
                      images / seconds,
                      left(epoch + 1)));
      f.validation().forEach((k, v) -> line.append(", %s %.1f".formatted(k, 100 * v)));
      System.err.println(line);
    }
  }

  private String left(int epoch) {
    double each =
        laterImages > 0 ? laterSeconds / laterImages : towerSeconds / Math.max(1, towerImages);
    double first =
        epoch == 1 && towerImages > 0 ? towerSeconds / towerImages * (images - inEpoch) : 0;
    long later = (long) images * (train.epochs() - epoch + 1) - inEpoch;
    if (epoch == 1) {
      later = (long) images * (train.epochs() - 1);
    }
    Duration d = Duration.ofSeconds(Math.round(first + each * Math.max(0, later)));
    return "%d:%02d:%02d".formatted(d.toHours(), d.toMinutesPart(), d.toSecondsPart());
  }

  @Override
  public void close() {
    bar.close();
  }
}
