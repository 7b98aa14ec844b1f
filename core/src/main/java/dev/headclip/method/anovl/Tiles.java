package dev.headclip.method.anovl;

import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Squares along an image's longer side, evenly spaced from end to end; the shorter side is the
 * network's (vis_test.py:123-141, where there are always two). An image more than twice as long as
 * broad gets as many as cover it.
 *
 * @param side of a square, pixels
 * @param length of the longer side when the shorter one is {@code side}
 * @param wide whether the longer side is the width
 */
record Tiles(int side, int length, boolean wide) {
  static Tiles of(int width, int height, int side) {
    int shorter = Math.min(width, height);
    int longer = Math.max(width, height);
    // torchvision's Resize(int)
    return new Tiles(side, (int) ((long) side * longer / shorter), width >= height);
  }

  int count() {
    return (length + side - 1) / side;
  }

  /** Where each square begins along the longer side. */
  int[] offsets() {
    int[] all = new int[count()];
    for (int i = 1; i < all.length; i++) {
      all[i] = Math.round((float) i * (length - side) / (all.length - 1));
    }
    return all;
  }

  int width() {
    return wide ? length : side;
  }

  int height() {
    return wide ? side : length;
  }

  /** The squares of an image. */
  List<RgbImage> cut(RgbImage image) {
    RgbImage resized = PillowResize.BILINEAR.resize(image, width(), height());
    List<RgbImage> all = new ArrayList<>();
    for (int at : offsets()) {
      all.add(resized.crop(wide ? at : 0, wide ? 0 : at, side, side));
    }
    return all;
  }

  /**
   * What a tile's line of patches adds to the whole line: where tiles overlap, their mean.
   *
   * @param line what it becomes within the tile, [side, patches]
   * @return per tile [length, patches]
   */
  List<HostTensor> placed(HostTensor line) {
    int[] offsets = offsets();
    int[] covering = new int[length];
    for (int at : offsets) {
      for (int i = at; i < at + side; i++) {
        covering[i]++;
      }
    }
    int patches = line.size(1);
    List<HostTensor> all = new ArrayList<>();
    for (int at : offsets) {
      HostTensor t = HostTensor.zeros(length, patches);
      for (int i = 0; i < side; i++) {
        for (int j = 0; j < patches; j++) {
          t.data()[(at + i) * patches + j] = line.data()[i * patches + j] / covering[at + i];
        }
      }
      all.add(t);
    }
    return all;
  }
}
