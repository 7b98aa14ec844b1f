package dev.headclip.app;

import dev.headclip.internal.files.WorkFolder;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A progress bar on stderr where that is a terminal; nothing elsewhere. */
final class ProgressLine implements AutoCloseable {
  private final Optional<ProgressBar> bar;

  private ProgressLine(Optional<ProgressBar> bar) {
    this.bar = bar;
  }

  /** No bar at all. */
  static ProgressLine silent() {
    return new ProgressLine(Optional.empty());
  }

  static ProgressLine of(String task, long total, String unit) {
    if (!terminal()) {
      return silent();
    }
    // the bar's library unpacks a native one into the common temporary folder otherwise
    if (System.getProperty("jline.tmpdir") == null) {
      System.setProperty("jline.tmpdir", WorkFolder.temporary().path().toString());
    }
    return new ProgressLine(
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setUnit(" " + unit, 1)
                .setUpdateIntervalMillis(500)
                .build()));
  }

  /** Whether stderr is a terminal; the launcher knows what Java cannot see. */
  static boolean terminal() {
    return Boolean.getBoolean("headclip.stderr.tty");
  }

  void at(long done, String message) {
    bar.ifPresent(
        b -> {
          b.stepTo(done);
          b.setExtraMessage(message);
        });
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
