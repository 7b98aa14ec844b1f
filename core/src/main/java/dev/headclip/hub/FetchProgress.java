package dev.headclip.hub;

/** Hears how a download goes on; called often, from the thread that fetches. */
@FunctionalInterface
public interface FetchProgress {
  /** Of nobody's interest. */
  FetchProgress NONE = (file, done, total, rate) -> {};

  /**
   * @param file its name
   * @param done bytes that are here
   * @param total all of them; 0 for unknown
   * @param rate bytes a second, of this run
   */
  void at(String file, long done, long total, double rate);
}
