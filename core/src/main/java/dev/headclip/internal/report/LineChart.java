package dev.headclip.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines over two axes, as inline SVG. */
public final class LineChart {
  private static final int SQUARE = 300;
  private static final int LEFT = 52;
  private static final int MARGIN = 12;
  private static final int LEGEND = 150;
  private static final int TOP = 28;
  private static final int BOTTOM = 40;
  private static final int TICKS = 5;
  private static final int COLORS = 6;

  private record Series(String name, double[] x, double[] y, boolean faint) {}

  private int plot = 416;
  private int height = 280;
  private final String title;
  private final String xLabel;
  private final List<Series> series = new ArrayList<>();
  private double xMin = Double.POSITIVE_INFINITY;
  private double xMax = Double.NEGATIVE_INFINITY;
  private double yMin = Double.POSITIVE_INFINITY;
  private double yMax = Double.NEGATIVE_INFINITY;

  public LineChart(String title, String xLabel) {
    this.title = title;
    this.xLabel = xLabel;
  }

  /** A line; points that are not finite are left out. */
  public LineChart line(String name, double[] x, double[] y) {
    return add(new Series(name, x, y, false));
  }

  /** A line in the background, without an entry in the legend. */
  public LineChart faintLine(double[] x, double[] y) {
    return add(new Series("", x, y, true));
  }

  /** Axes that reach at least so far. */
  public LineChart range(double x0, double x1, double y0, double y1) {
    xMin = Math.min(xMin, x0);
    xMax = Math.max(xMax, x1);
    yMin = Math.min(yMin, y0);
    yMax = Math.max(yMax, y1);
    return this;
  }

  /** Both axes as long as one another, as for a ROC curve. */
  public LineChart square() {
    plot = SQUARE;
    height = SQUARE + TOP + BOTTOM;
    return this;
  }

  private LineChart add(Series s) {
    if (s.x().length != s.y().length) {
      throw new IllegalArgumentException("%d x, %d y".formatted(s.x().length, s.y().length));
    }
    series.add(s);
    for (int i = 0; i < s.x().length; i++) {
      if (Double.isFinite(s.x()[i]) && Double.isFinite(s.y()[i])) {
        range(s.x()[i], s.x()[i], s.y()[i], s.y()[i]);
      }
    }
    return this;
  }

  private double px(double x) {
    return LEFT + (x - xMin) / (xMax - xMin) * plot;
  }

  private double py(double y) {
    return height - BOTTOM - (y - yMin) / (yMax - yMin) * (height - TOP - BOTTOM);
  }

  /** The picture. */
  public String svg() {
    if (!(xMin <= xMax)) {
      range(0, 1, 0, 1);
    }
    if (xMin == xMax) {
      xMax = xMin + 1;
    }
    if (yMin == yMax) {
      yMax = yMin + 1;
    }
    boolean named = series.stream().filter(l -> !l.name().isEmpty()).count() > 1;
    int width = LEFT + plot + (named ? LEGEND : MARGIN);
    StringBuilder s = new StringBuilder();
    s.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
            .formatted(width, height, width, height, Html.escape(title)));
    s.append(text(LEFT, 14, "start", title));
    axes(s);
    int color = 0;
    int legend = 0;
    for (Series line : series) {
      String stroke = line.faint() ? "var(--line)" : "var(--c%d)".formatted(color++ % COLORS);
      s.append(
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" points=\"%s\"/>"
              .formatted(stroke, line.faint() ? "1" : "1.8", points(line)));
      String points = points(line);
      if (!points.isEmpty() && !points.contains(" ")) {
        String[] at = points.split(",");
        s.append(
            "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>".formatted(at[0], at[1], stroke));
      }
      if (named && !line.name().isEmpty()) {
        double y = TOP + 6 + 14.0 * legend++;
        s.append(
            "<rect x=\"%d\" y=\"%s\" width=\"14\" height=\"3\" fill=\"%s\"/>"
                .formatted(LEFT + plot + 8, number(y - 4), stroke));
        s.append(text(LEFT + plot + 27, y, "start", line.name()));
      }
    }
    return s.append("</svg>").toString();
  }

  private void axes(StringBuilder s) {
    for (int i = 0; i <= TICKS; i++) {
      double y = yMin + (yMax - yMin) * i / TICKS;
      double x = xMin + (xMax - xMin) * i / TICKS;
      s.append(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>"
              .formatted(LEFT, LEFT + plot, number(py(y)), number(py(y))));
      s.append(text(LEFT - 6, py(y) + 4, "end", tick(y, yMax - yMin)));
      s.append(text(px(x), height - BOTTOM + 16, "middle", tick(x, xMax - xMin)));
    }
    s.append(text(LEFT + plot / 2.0, height - 6, "middle", xLabel));
  }

  private String points(Series line) {
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < line.x().length; i++) {
      if (Double.isFinite(line.x()[i]) && Double.isFinite(line.y()[i])) {
        s.append(number(px(line.x()[i]))).append(',').append(number(py(line.y()[i]))).append(' ');
      }
    }
    return s.toString().strip();
  }

  private static String tick(double v, double range) {
    return range >= 10
        ? "%.0f".formatted(v)
        : range >= 1 ? "%.1f".formatted(v) : "%.2f".formatted(v);
  }

  static String number(double v) {
    return String.format(Locale.ROOT, "%.1f", v);
  }

  static String text(double x, double y, String anchor, String text) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
        .formatted(number(x), number(y), anchor, Html.escape(text));
  }
}
