package dev.headclip.metrics;

import java.util.Locale;

/** The figures of merit, by the names and letters of the paper. */
public enum Figure {
  AUROC("R"),
  AUPRO("P"),
  AP("A"),
  F1MAX("F"),
  IOUMAX("I"),
  /** Mean of the others of its level. */
  MAD("M");

  private final String letter;

  Figure(String letter) {
    this.letter = letter;
  }

  /** The paper's letter. */
  public String letter() {
    return letter;
  }

  /** The key in metrics.json. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
