package dev.headclip.metrics;

import java.util.List;
import java.util.Locale;

/** What is judged: whole images or pixels. */
public enum Level {
  IMAGE(List.of(Figure.AUROC, Figure.AP, Figure.F1MAX)),
  PIXEL(List.of(Figure.AUROC, Figure.AUPRO, Figure.AP, Figure.F1MAX, Figure.IOUMAX));

  private final List<Figure> figures;

  Level(List<Figure> figures) {
    this.figures = figures;
  }

  /** Its figures in the paper's order, without their mean. */
  public List<Figure> figures() {
    return figures;
  }

  /** The key in metrics.json. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
