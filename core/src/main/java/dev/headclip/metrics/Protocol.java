package dev.headclip.metrics;

import java.util.Locale;

/**
 * How pixel figures are computed (docs/spec/metrics.md sections 1 to 3); image figures are the
 * same.
 */
public enum Protocol {
  /** Every threshold; AUPRO integrated over FPR 0 to 0.3, divided by 0.3. */
  EXACT,
  /**
   * AnomalyCLIP's and ADer's: 200 linear thresholds and the observed FPR range stretched to 0..1
   * for AUPRO, 21 thresholds over the normalised maps for F1 and IoU.
   */
  PAPER;

  /** The name in metrics.json. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
