package dev.headclip.synth;

import dev.headclip.synth.DefectKind.Defect;
import dev.headclip.synth.Parts.Part;
import java.util.List;
import java.util.random.RandomGenerator;

/** What can be wrong with parts that look all right each: one is away, another's, turned, moved. */
final class PartFaults {
  private PartFaults() {}

  static Defect missing(Scene s, RandomGenerator r) {
    Part p = any(s.parts().whole(), r);
    Field gone = cover(s, p);
    return new Defect(s.ground(), soft(gone), true);
  }

  /** Another part in a part's place. */
  static Defect wrong(Scene s, RandomGenerator r) {
    List<Part> all = s.parts().whole();
    Part p = any(all, r);
    Part other = any(all, r);
    return placed(s, cover(s, p), other, p.x(), p.y(), 0);
  }

  static Defect turned(Scene s, RandomGenerator r) {
    Part p = any(s.parts().whole(), r);
    double angle =
        r.nextFloat() < 0.4f
            ? Math.PI / 2 * (1 + r.nextInt(3))
            : (0.25 + r.nextDouble()) * (r.nextBoolean() ? 1 : -1);
    return placed(s, cover(s, p), p, p.x(), p.y(), angle);
  }

  static Defect moved(Scene s, RandomGenerator r) {
    Part p = any(s.parts().whole(), r);
    double way = r.nextDouble() * 2 * Math.PI;
    double far = p.side() * (0.2 + 0.5 * r.nextDouble());
    double x = p.x() + far * StrictMath.cos(way);
    double y = p.y() + far * StrictMath.sin(way);
    return placed(s, cover(s, p), p, x, y, 0.3 * (r.nextDouble() - 0.5));
  }

  /** One more where none belongs. */
  static Defect extra(Scene s, RandomGenerator r) {
    int n = s.picture().width();
    Part p = any(s.parts().whole(), r);
    Field none = Field.zeros(n, n);
    double x = n * (0.1 + 0.8 * r.nextDouble());
    double y = n * (0.1 + 0.8 * r.nextDouble());
    return placed(s, none, p, x, y, r.nextDouble() * 2 * Math.PI);
  }

  private static Part any(List<Part> all, RandomGenerator r) {
    return all.get(r.nextInt(all.size()));
  }

  private static Field cover(Scene s, Part p) {
    int n = s.picture().width();
    return Field.of(n, n, (x, y) -> s.parts().at(x, y) == p.label() ? 1 : 0);
  }

  /** The ground where {@code gone} is 1, then the part about (x, y), turned. */
  private static Defect placed(
      Scene s, Field gone, Part what, double toX, double toY, double angle) {
    int n = s.picture().width();
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    Picture cleared = s.picture().blend(s.ground(), soft(gone));
    Field put = Field.zeros(n, n);
    Picture changed = cleared.map((i, c, v) -> v);
    for (int i = 0; i < n * n; i++) {
      double dx = i % n - toX;
      double dy = i / n - toY;
      double u = what.x() + cos * dx + sin * dy;
      double v = what.y() - sin * dx + cos * dy;
      if (s.parts().at((int) Math.round(u), (int) Math.round(v)) == what.label()) {
        put.values()[i] = 1;
        for (int c = 0; c < 3; c++) {
          changed.planes()[c][i] = new Field(n, n, s.picture().planes()[c]).bilinear(u, v);
        }
      }
    }
    Field both = Field.of(n, n, (x, y) -> Math.max(gone.at(x, y), put.at(x, y)));
    return new Defect(changed, soft(both), true);
  }

  /** A pixel wider, with a soft edge. */
  private static Field soft(Field cover) {
    Field wide = cover.blurred(1);
    return Field.of(
        cover.width(),
        cover.height(),
        (x, y) -> Math.max(cover.at(x, y), Field.smooth(2.5f * wide.at(x, y))));
  }
}
