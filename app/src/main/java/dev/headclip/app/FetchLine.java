package dev.headclip.app;

import dev.headclip.hub.Fetch;
import dev.headclip.hub.FetchProgress;
import dev.headclip.hub.Sizes;
import java.nio.file.Path;

/** Says what is fetched, how far it is and how quick. */
final class FetchLine implements FetchProgress, AutoCloseable {
  /** Without a terminal a line every so often. */
  private static final long PAUSE = 15_000_000_000L;

  private ProgressLine line = ProgressLine.silent();
  private String file = "";
  private long said = System.nanoTime();

  private FetchLine() {}

  /** Fetches what is missing; the folder comes back. */
  static Path run(Fetch fetch) {
    if (fetch.isNeeded()) {
      System.err.println("fetching " + fetch.text());
    }
    try (FetchLine line = new FetchLine()) {
      return fetch.run(
          line, () -> System.err.println("another process fetches the same; waiting for it"));
    }
  }

  @Override
  public void at(String name, long done, long total, double rate) {
    if (!name.equals(file)) {
      line.close();
      file = name;
      line = ProgressLine.of(name, total / 1_000_000, "MB");
    }
    String speed = Sizes.text(Math.round(rate)) + "/s";
    line.at(done / 1_000_000, speed);
    if (!ProgressLine.terminal() && System.nanoTime() - said > PAUSE) {
      said = System.nanoTime();
      System.err.printf(
          "%s: %s%s, %s%n",
          name, Sizes.text(done), total > 0 ? " of " + Sizes.text(total) : "", speed);
    }
  }

  @Override
  public void close() {
    line.close();
  }
}
