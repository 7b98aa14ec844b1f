package dev.headclip.internal.report;

/** Numbers in a grid of coloured cells, blue below a centre and red above it, as inline SVG. */
public final class HeatGrid {
  private static final int CELL = 26;
  private static final int LEFT = 70;
  private static final int TOP = 40;
  private static final int WIDEST_TITLE = 460;

  private HeatGrid() {}

  /**
   * @param title above
   * @param rowName before each row's number
   * @param firstRow number of the first row
   * @param values [rows][columns]
   * @param center drawn without colour
   */
  public static String svg(
      String title, String rowName, int firstRow, double[][] values, double center) {
    double reach = 1e-9;
    for (double[] row : values) {
      for (double v : row) {
        reach = Math.max(reach, Math.abs(v - center));
      }
    }
    int columns = values[0].length;
    int width = Math.max(WIDEST_TITLE, LEFT + columns * CELL + 10);
    int height = TOP + values.length * CELL + 30;
    StringBuilder s = new StringBuilder();
    s.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
            .formatted(width, height, width, height, Html.escape(title)));
    s.append(LineChart.text(0, 14, "start", title));
    for (int c = 0; c < columns; c++) {
      s.append(LineChart.text(LEFT + (c + 0.5) * CELL, TOP - 6, "middle", String.valueOf(c + 1)));
    }
    for (int r = 0; r < values.length; r++) {
      String label = rowName + " " + (firstRow + r);
      s.append(LineChart.text(LEFT - 6, TOP + (r + 0.65) * CELL, "end", label));
      for (int c = 0; c < columns; c++) {
        s.append(cell(label, r, c, values[r][c], (values[r][c] - center) / reach));
      }
    }
    s.append(
        LineChart.text(
            LEFT,
            height - 8,
            "start",
            "blue %.4f, white %.4f, red %.4f".formatted(center - reach, center, center + reach)));
    return s.append("</svg>").toString();
  }

  private static String cell(String label, int r, int c, double v, double share) {
    int fade = (int) Math.round(255 * (1 - Math.abs(share)));
    String color =
        share < 0 ? "rgb(%d,%d,255)".formatted(fade, fade) : "rgb(255,%d,%d)".formatted(fade, fade);
    return "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"><title>%s head %d: %.4f</title></rect>"
        .formatted(
            LEFT + c * CELL,
            TOP + r * CELL,
            CELL - 1,
            CELL - 1,
            color,
            Html.escape(label),
            c + 1,
            v);
  }
}
