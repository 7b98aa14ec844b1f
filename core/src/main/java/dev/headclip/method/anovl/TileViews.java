package dev.headclip.method.anovl;

import dev.headclip.image.Normalization;
import dev.headclip.image.RgbImage;
import dev.headclip.method.Views;
import java.util.List;

/** Squares along an image's longer side. */
record TileViews(int side) implements Views {
  @Override
  public float[][] of(RgbImage image, Normalization normalization) {
    List<RgbImage> tiles = Tiles.of(image.width(), image.height(), side).cut(image);
    float[][] all = new float[tiles.size()][3 * side * side];
    for (int i = 0; i < all.length; i++) {
      normalization.apply(tiles.get(i), all[i], 0);
    }
    return all;
  }

  @Override
  public boolean whole() {
    return false;
  }
}
