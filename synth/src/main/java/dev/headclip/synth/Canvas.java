package dev.headclip.synth;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/** A picture drawn with Java2D, and beside it which part each pixel belongs to. */
final class Canvas {
  private final int size;
  private final BufferedImage colors;
  private final BufferedImage labels;
  private final Graphics2D pen;
  private final Graphics2D marker;
  private int parts;

  Canvas(int size) {
    this.size = size;
    colors = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    labels = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    pen = colors.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    marker = labels.createGraphics();
  }

  Graphics2D pen() {
    return pen;
  }

  static Color color(float[] rgb) {
    return color(rgb, 1);
  }

  /** A colour times a factor. */
  static Color color(float[] rgb, float times) {
    float[] c = new float[3];
    for (int i = 0; i < 3; i++) {
      c[i] = Math.min(Math.max(rgb[i] * times, 0.02f), 0.96f);
    }
    return new Color(c[0], c[1], c[2]);
  }

  void fill(Shape shape, Color c) {
    pen.setColor(c);
    pen.fill(shape);
  }

  /** Moves pen and marker to a place, turned; undone by {@link #back}. */
  AffineTransform to(double x, double y, double angle) {
    AffineTransform before = pen.getTransform();
    for (Graphics2D g : new Graphics2D[] {pen, marker}) {
      g.translate(x, y);
      g.rotate(angle);
    }
    return before;
  }

  void back(AffineTransform before) {
    pen.setTransform(before);
    marker.setTransform(before);
  }

  /** Begins the next part. */
  void nextPart() {
    parts++;
    marker.setColor(new Color(parts));
  }

  /** Fills a shape of the part that was begun. */
  void part(Shape shape, Color c) {
    fill(shape, c);
    marker.fill(shape);
  }

  /** What has been drawn so far. */
  Picture picture() {
    int[] rgb = ((DataBufferInt) colors.getRaster().getDataBuffer()).getData();
    Picture p = Picture.blank(size, size);
    for (int i = 0; i < rgb.length; i++) {
      for (int c = 0; c < 3; c++) {
        p.planes()[c][i] = (rgb[i] >> (16 - 8 * c) & 0xff) / 255f;
      }
    }
    return p;
  }

  Parts parts() {
    int[] rgb = ((DataBufferInt) labels.getRaster().getDataBuffer()).getData();
    short[] out = new short[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      out[i] = (short) (rgb[i] & 0xffff);
    }
    return new Parts(size, size, out);
  }

  void close() {
    pen.dispose();
    marker.dispose();
  }
}
