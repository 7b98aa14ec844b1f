package dev.headclip.synth;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A printed board: traces, vias and pads, and on them parts of a few designs, many alike. */
final class CircuitBoard {
  private static final float[][] MASKS = {
    {0.05f, 0.3f, 0.12f},
    {0.08f, 0.38f, 0.2f},
    {0.05f, 0.15f, 0.4f},
    {0.08f, 0.08f, 0.09f},
    {0.45f, 0.08f, 0.08f},
    {0.75f, 0.74f, 0.7f},
    {0.35f, 0.25f, 0.12f}
  };
  private static final float[][] METALS = {
    {0.75f, 0.73f, 0.68f}, {0.8f, 0.65f, 0.3f}, {0.6f, 0.6f, 0.62f}
  };

  /** A part's design: its sides in units of the board's pitch and how it is drawn. */
  private record Design(
      int width, int height, int shape, float[] body, float[] metal, int pins, boolean print) {}

  private final int size;
  private final RandomGenerator r;
  private final double pitch;
  private final int cells;
  private final boolean[][] taken;
  private final float[] mask;
  private final float[] metal;

  private CircuitBoard(int size, RandomGenerator r) {
    this.size = size;
    this.r = r;
    this.cells = 14 + r.nextInt(24);
    this.pitch = (double) size / cells;
    this.taken = new boolean[cells][cells];
    this.mask = r.nextFloat() < 0.15f ? Colors.any(r) : MASKS[r.nextInt(MASKS.length)];
    this.metal = METALS[r.nextInt(METALS.length)];
  }

  static Scene draw(int size, RandomGenerator r) {
    return new CircuitBoard(size, r).scene();
  }

  private Scene scene() {
    Canvas canvas = new Canvas(size);
    canvas.fill(new Rectangle2D.Double(0, 0, size, size), Canvas.color(mask));
    traces(canvas);
    List<Design> designs = new ArrayList<>();
    for (int i = 3 + r.nextInt(4); i > 0; i--) {
      designs.add(design());
    }
    List<double[]> places = places(designs);
    for (double[] p : places) {
      pads(canvas, designs.get((int) p[0]), p);
    }
    Picture ground = canvas.picture();
    for (double[] p : places) {
      put(canvas, designs.get((int) p[0]), p);
    }
    Picture seen = canvas.picture();
    Parts parts = canvas.parts();
    canvas.close();
    Field light = Field.noise(size, size, size / 2.0, size / 2.0, 2, 0.5, r);
    Field grain = Field.noise(size, size, 2, 2, 1, 1, r);
    float uneven = 0.25f * r.nextFloat();
    float rough = 0.08f * r.nextFloat();
    Picture.Change lit =
        (i, c, v) ->
            v * (1 + uneven * (light.values()[i] - 0.5f)) + rough * (grain.values()[i] - 0.5f);
    return new Scene(
        seen.map(lit).clipped(),
        Field.filled(size, size, 1),
        ground.map(lit).clipped(),
        "circuit board",
        true,
        parts);
  }

  private void traces(Canvas canvas) {
    Graphics2D g = canvas.pen();
    float brighter = 1.15f + 0.5f * r.nextFloat();
    int many = cells + r.nextInt(3 * cells);
    double wide = pitch * (0.1 + 0.25 * r.nextDouble());
    for (int k = 0; k < many; k++) {
      g.setStroke(
          new BasicStroke(
              (float) (wide * (r.nextFloat() < 0.15f ? 3 : 1)),
              BasicStroke.CAP_ROUND,
              BasicStroke.JOIN_ROUND));
      g.setColor(Canvas.color(mask, brighter));
      Path2D way = new Path2D.Double();
      double x = pitch * r.nextInt(cells);
      double y = pitch * r.nextInt(cells);
      way.moveTo(x, y);
      int direction = r.nextInt(8);
      for (int legs = 1 + r.nextInt(4); legs > 0; legs--) {
        double far = pitch * (1 + r.nextInt(6));
        x += far * Math.signum(Math.round(StrictMath.cos(direction * Math.PI / 4) * 2));
        y += far * Math.signum(Math.round(StrictMath.sin(direction * Math.PI / 4) * 2));
        way.lineTo(x, y);
        direction += r.nextInt(3) - 1;
      }
      g.draw(way);
      ring(canvas, x, y, pitch * 0.3);
    }
  }

  private void ring(Canvas canvas, double x, double y, double radius) {
    canvas.fill(disc(x, y, radius), Canvas.color(metal, 0.9f));
    canvas.fill(disc(x, y, radius * 0.45), Canvas.color(mask, 0.3f));
  }

  private static Ellipse2D disc(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }

  private Design design() {
    boolean dark = r.nextFloat() < 0.6f;
    float[] body = dark ? new float[] {0.09f, 0.09f, 0.1f} : Colors.any(r);
    boolean print = r.nextFloat() < 0.6f;
    float[] m = METALS[r.nextInt(METALS.length)];
    return switch (r.nextInt(6)) {
      case 0 -> new Design(2, 1, 0, body, m, 1, false);
      case 1 -> new Design(3, 1 + r.nextInt(2), 0, body, m, 1, print);
      case 2 -> new Design(2 + r.nextInt(2), 2 + r.nextInt(2), 1, body, m, 0, false);
      case 3 -> new Design(3 + r.nextInt(4), 3 + r.nextInt(6), 2, body, m, 4 + r.nextInt(8), print);
      case 4 -> {
        int side = 4 + r.nextInt(4);
        yield new Design(side, side, 3, body, m, 6 + r.nextInt(8), print);
      }
      default ->
          new Design(2 + r.nextInt(2), 4 + r.nextInt(6), 4, body, m, 3 + r.nextInt(6), false);
    };
  }

  /** Rows of like parts; each is design, x, y of the middle, and angle. */
  private List<double[]> places(List<Design> designs) {
    List<double[]> all = new ArrayList<>();
    int groups = 6 + r.nextInt(16);
    for (int k = 0; k < groups; k++) {
      int which = r.nextInt(designs.size());
      Design d = designs.get(which);
      boolean turned = r.nextBoolean();
      int w = turned ? d.height() : d.width();
      int h = turned ? d.width() : d.height();
      int many = d.width() * d.height() > 8 ? 1 + r.nextInt(2) : 1 + r.nextInt(8);
      boolean across = r.nextBoolean();
      int gap = 1 + r.nextInt(2);
      int x = 1 + r.nextInt(cells);
      int y = 1 + r.nextInt(cells);
      for (int i = 0; i < many; i++) {
        if (free(x, y, w, h)) {
          all.add(
              new double[] {
                which, (x + w / 2.0) * pitch, (y + h / 2.0) * pitch, turned ? Math.PI / 2 : 0
              });
        }
        x += across ? w + gap : 0;
        y += across ? 0 : h + gap;
      }
    }
    return all;
  }

  private boolean free(int x, int y, int w, int h) {
    if (x + w >= cells || y + h >= cells) {
      return false;
    }
    for (int j = y; j <= y + h; j++) {
      for (int i = x; i <= x + w; i++) {
        if (taken[j][i]) {
          return false;
        }
      }
    }
    for (int j = y; j < y + h; j++) {
      for (int i = x; i < x + w; i++) {
        taken[j][i] = true;
      }
    }
    return true;
  }

  /** What is left where a part is missing. */
  private void pads(Canvas canvas, Design d, double[] place) {
    AffineTransform before = canvas.to(place[1], place[2], place[3]);
    double w = d.width() * pitch;
    double h = d.height() * pitch;
    Color silk = Canvas.color(new float[] {0.85f, 0.85f, 0.82f});
    canvas.pen().setStroke(new BasicStroke((float) Math.max(0.7, pitch * 0.07)));
    canvas.pen().setColor(silk);
    canvas.pen().draw(new Rectangle2D.Double(-w * 0.47, -h * 0.47, w * 0.94, h * 0.94));
    for (int side = -1; side <= 1; side += 2) {
      for (int k = 0; k < Math.max(1, d.pins()); k++) {
        double y = -h * 0.36 + h * 0.72 * (k + 0.5) / Math.max(1, d.pins());
        canvas.fill(
            new Rectangle2D.Double(
                side * w * 0.4 - w * 0.08,
                y - h * 0.2 / (1 + d.pins()),
                w * 0.16,
                h * 0.4 / (1 + d.pins())),
            Canvas.color(metal));
      }
    }
    canvas.back(before);
  }

  private void put(Canvas canvas, Design d, double[] place) {
    AffineTransform before = canvas.to(place[1], place[2], place[3]);
    canvas.nextPart();
    double w = d.width() * pitch;
    double h = d.height() * pitch;
    Color body = Canvas.color(d.body());
    Color shine = Canvas.color(d.body(), 1.5f);
    Color ends = Canvas.color(d.metal());
    switch (d.shape()) {
      case 0 -> {
        canvas.part(box(0.9 * w, 0.7 * h), ends);
        canvas.part(box(0.6 * w, 0.7 * h), body);
      }
      case 1 -> {
        double radius = 0.45 * Math.min(w, h);
        canvas.part(disc(0, 0, radius), ends);
        canvas.part(disc(radius * 0.06, radius * 0.06, radius * 0.85), body);
        canvas.fill(disc(-radius * 0.25, -radius * 0.25, radius * 0.3), shine);
      }
      case 2, 3 -> {
        pins(canvas, d, w, h, ends);
        if (d.shape() == 3) {
          AffineTransform quarter = canvas.to(0, 0, Math.PI / 2);
          pins(canvas, d, h, w, ends);
          canvas.back(quarter);
        }
        canvas.part(box(0.76 * w, 0.76 * h), body);
        canvas.fill(disc(-0.28 * w, -0.28 * h, 0.12 * pitch + 0.02 * w), shine);
      }
      default -> {
        canvas.part(box(0.9 * w, 0.95 * h), body);
        for (int k = 0; k < d.pins(); k++) {
          double y = -h * 0.42 + h * 0.84 * (k + 0.5) / d.pins();
          canvas.fill(disc(-0.2 * w, y, 0.22 * h / d.pins()), ends);
          canvas.fill(disc(0.2 * w, y, 0.22 * h / d.pins()), ends);
        }
      }
    }
    if (d.print()) {
      canvas.pen().setColor(Canvas.color(new float[] {0.75f, 0.75f, 0.75f}));
      for (int line = 0; line < 2; line++) {
        for (int k = 0; k < 4; k++) {
          canvas
              .pen()
              .fill(
                  new Rectangle2D.Double(
                      -0.2 * w + 0.1 * w * k, -0.08 * h + 0.13 * h * line, 0.06 * w, 0.07 * h));
        }
      }
    }
    canvas.back(before);
  }

  private static void pins(Canvas canvas, Design d, double w, double h, Color c) {
    for (int k = 0; k < d.pins(); k++) {
      double y = -h * 0.36 + h * 0.72 * (k + 0.5) / d.pins();
      double thick = 0.4 * h / d.pins();
      canvas.part(new Rectangle2D.Double(-w * 0.48, y - thick / 2, w * 0.96, thick), c);
    }
  }

  private static Rectangle2D box(double w, double h) {
    return new Rectangle2D.Double(-w / 2, -h / 2, w, h);
  }
}
