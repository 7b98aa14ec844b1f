package dev.headclip.calibrate;

/**
 * What another threshold does to labelled images.
 *
 * @param anomalous of them
 * @param normal of them
 * @param foundBefore anomalous ones found by the former threshold
 * @param foundAfter by the new one
 * @param alarmsBefore normal ones called anomalous by the former threshold
 * @param alarmsAfter by the new one
 */
public record ThresholdEffect(
    int anomalous, int normal, int foundBefore, int foundAfter, int alarmsBefore, int alarmsAfter) {
  /**
   * @param scores of labelled images
   * @param labels whether each is anomalous
   */
  public static ThresholdEffect of(float[] scores, boolean[] labels, double before, double after) {
    int[] n = new int[2];
    int[] old = new int[2];
    int[] now = new int[2];
    for (int i = 0; i < scores.length; i++) {
      int c = labels[i] ? 1 : 0;
      n[c]++;
      old[c] += scores[i] >= before ? 1 : 0;
      now[c] += scores[i] >= after ? 1 : 0;
    }
    return new ThresholdEffect(n[1], n[0], old[1], now[1], old[0], now[0]);
  }

  /** Whether fewer than half of the anomalies that were found still are. */
  public boolean halvesRecall() {
    return 2 * foundAfter < foundBefore;
  }

  /** In words. */
  public String text() {
    return "on the labelled images: %d of %d anomalous found (before: %d), %d of %d normal called anomalous (before: %d)"
        .formatted(foundAfter, anomalous, foundBefore, alarmsAfter, normal, alarmsBefore);
  }
}
