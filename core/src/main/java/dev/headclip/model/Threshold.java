package dev.headclip.model;

/**
 * The score from which an image is called anomalous, and where it comes from.
 *
 * @param value 0 to 1
 * @param origin in words
 */
public record Threshold(double value, String origin) {
  /** The origin of one that somebody asked for. */
  static final String GIVEN = "given";

  /** Whether somebody asked for this very one. */
  public boolean given() {
    return origin.equals(GIVEN);
  }
}
