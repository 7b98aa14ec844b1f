package dev.headclip.synth;

import java.util.ArrayList;
import java.util.List;

/**
 * Which part of an arrangement each pixel shows: 0 is none.
 *
 * @param width columns; 0 where nothing is arranged
 * @param labels row-major; shared, not copied
 */
record Parts(int width, int height, short[] labels) {
  private static final int SMALLEST = 24;

  static Parts none() {
    return new Parts(0, 0, new short[0]);
  }

  /** Whether there are parts that are seen whole. */
  boolean any() {
    return width > 0 && !whole().isEmpty();
  }

  /**
   * A part that is seen whole.
   *
   * @param label of its pixels
   * @param x of the middle of its box, pixels
   * @param side longer side of its box
   */
  record Part(int label, float x, float y, int side) {}

  int at(int x, int y) {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : labels[y * width + x];
  }

  /** Those that do not touch the border, by label. */
  List<Part> whole() {
    int[][] boxes = new int[1 + highest()][];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int label = labels[y * width + x];
        if (label > 0) {
          if (boxes[label] == null) {
            boxes[label] = new int[] {width, height, 0, 0, 0};
          }
          int[] b = boxes[label];
          b[0] = Math.min(b[0], x);
          b[1] = Math.min(b[1], y);
          b[2] = Math.max(b[2], x);
          b[3] = Math.max(b[3], y);
          b[4]++;
        }
      }
    }
    List<Part> all = new ArrayList<>();
    for (int label = 1; label < boxes.length; label++) {
      int[] b = boxes[label];
      if (b != null
          && b[4] >= SMALLEST
          && b[0] > 0
          && b[1] > 0
          && b[2] < width - 1
          && b[3] < height - 1) {
        int side = 1 + Math.max(b[2] - b[0], b[3] - b[1]);
        all.add(new Part(label, (b[0] + b[2]) / 2f, (b[1] + b[3]) / 2f, side));
      }
    }
    return all;
  }

  private int highest() {
    int most = 0;
    for (short l : labels) {
      most = Math.max(most, l);
    }
    return most;
  }

  /** See {@link Field#warped}; a pixel shows one part or none. */
  Parts warped(Field.Warp w) {
    if (width == 0) {
      return this;
    }
    double middle = (w.size() - 1) / 2.0;
    short[] out = new short[w.size() * w.size()];
    for (int i = 0; i < out.length; i++) {
      double dx = i % w.size() - middle;
      double dy = i / w.size() - middle;
      int x = (int) Math.round(w.x() + w.cos() * dx - w.sin() * dy);
      int y = (int) Math.round(w.y() + w.sin() * dx + w.cos() * dy);
      out[i] = (short) at(x, y);
    }
    return new Parts(w.size(), w.size(), out);
  }

  /** The copies of a thing in rows and columns. */
  static Parts tiled(Field region, int times) {
    int w = region.width() / times;
    int h = region.height() / times;
    short[] out = new short[region.values().length];
    for (int i = 0; i < out.length; i++) {
      int column = i % region.width() / Math.max(1, w);
      int row = i / region.width() / Math.max(1, h);
      boolean shown = region.values()[i] > 0.5f && column < times && row < times;
      out[i] = (short) (shown ? 1 + row * times + column : 0);
    }
    return new Parts(region.width(), region.height(), out);
  }
}
