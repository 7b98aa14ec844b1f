package dev.headclip.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Compares a view with how it looked: as a mosaic of tiles, so that fonts and a pixel here and there
 * may differ, and a panel that is missing, or black on black, may not. With {@code
 * -Dheadclip.screenshots=write} it is stored instead.
 */
final class Screenshots {
  private static final int COLUMNS = 24;
  private static final int ROWS = 18;

  /** Of 255, on average over all tiles. */
  private static final double MEAN = 8;

  /** Of 255, in any tile. */
  private static final double WORST = 90;

  private static final Path STORED = Path.of("src/test/screenshots");

  private Screenshots() {}

  static void looks(String name, byte[] png) throws IOException {
    Path file = STORED.resolve(name + ".png");
    Path seen = Path.of("target/screenshots", name + ".png");
    Files.createDirectories(seen.getParent());
    Files.write(seen, png);
    BufferedImage now = mosaic(ImageIO.read(new ByteArrayInputStream(png)));
    if ("write".equals(System.getProperty("headclip.screenshots"))) {
      Files.createDirectories(STORED);
      ImageIO.write(now, "png", file.toFile());
      return;
    }
    BufferedImage before = ImageIO.read(file.toFile());
    double sum = 0;
    double worst = 0;
    for (int y = 0; y < ROWS; y++) {
      for (int x = 0; x < COLUMNS; x++) {
        double d = difference(now.getRGB(x, y), before.getRGB(x, y));
        sum += d;
        worst = Math.max(worst, d);
      }
    }
    assertThat(sum / (ROWS * COLUMNS)).as("%s, see %s", name, seen).isLessThan(MEAN);
    assertThat(worst).as("a tile of %s, see %s", name, seen).isLessThan(WORST);
  }

  private static double difference(int a, int b) {
    double d = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      d += Math.abs((a >> shift & 0xff) - (b >> shift & 0xff));
    }
    return d / 3;
  }

  private static BufferedImage mosaic(BufferedImage from) {
    BufferedImage half = from;
    while (half.getWidth() / 2 >= COLUMNS && half.getHeight() / 2 >= ROWS) {
      half = scaled(half, half.getWidth() / 2, half.getHeight() / 2);
    }
    return scaled(half, COLUMNS, ROWS);
  }

  private static BufferedImage scaled(BufferedImage from, int w, int h) {
    BufferedImage to = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = to.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(from, 0, 0, w, h, null);
    g.dispose();
    return to;
  }
}
