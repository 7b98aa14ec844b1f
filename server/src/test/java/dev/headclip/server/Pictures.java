package dev.headclip.server;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** Drawn parts: washers on grey, some with a scratch. */
final class Pictures {
  private Pictures() {}

  static byte[] png(int seed, boolean scratched, int width, int height) {
    Random r = new Random(seed);
    BufferedImage i = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int v = 110 + r.nextInt(14);
        i.setRGB(x, y, v << 16 | v << 8 | v);
      }
    }
    Graphics2D g = i.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(new Color(190, 180, 150));
    g.setStroke(new BasicStroke(width / 8f));
    g.drawOval(width / 4 + r.nextInt(5), height / 4 + r.nextInt(5), width / 2, height / 2);
    if (scratched) {
      g.setColor(new Color(150, 20, 20));
      g.setStroke(new BasicStroke(width / 30f));
      g.drawLine(width / 4, height / 4, width * 2 / 3, height / 2);
    }
    g.dispose();
    return png(i);
  }

  private static byte[] png(BufferedImage i) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(i, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** White in a rectangle, else black. */
  static byte[] mask(int x, int y, int w, int h) {
    BufferedImage i = new BufferedImage(160, 120, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = i.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(x, y, w, h);
    g.dispose();
    return png(i);
  }

  static byte[] good(int seed) {
    return png(seed, false, 160, 120);
  }

  static byte[] bad(int seed) {
    return png(seed, true, 160, 120);
  }

  /** So many good ones, by name. */
  static Map<String, byte[]> good(String name, int from, int to) {
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (int i = from; i < to; i++) {
      all.put("%s-%02d.png".formatted(name, i), good(i));
    }
    return all;
  }
}
