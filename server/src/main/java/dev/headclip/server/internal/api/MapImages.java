package dev.headclip.server.internal.api;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapWriter;
import dev.headclip.image.Overlay;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.map.AnomalyMap;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/** Maps and pictures for answers. */
final class MapImages {
  private MapImages() {}

  /** Forms of a map. */
  enum Form {
    none,
    png,
    npy;

    String media() {
      return this == png ? "image/png" : "application/x-npy";
    }
  }

  /** Sizes of a map. */
  enum Size {
    image,
    model
  }

  /** A map in a form: 16-bit grey where 65535 is 1, or float32. */
  static byte[] map(Detection d, Form form, Size size) {
    AnomalyMap map = size == Size.image ? d.mapAtImageSize() : d.map();
    return bytes(
        out -> {
          if (form == Form.png) {
            MapWriter.png(map, out);
          } else {
            MapWriter.npy(map, out);
          }
        });
  }

  /** Eight bits of the map at the network's size: what a browser can read back. */
  static byte[] small(Detection d) {
    float[] v = d.map().values();
    byte[] grey = new byte[v.length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) Math.round(255 * Math.min(1, Math.max(0, v[i])));
    }
    return bytes(out -> ImageWriter.grayPng(grey, d.map().width(), d.map().height(), out));
  }

  private static byte[] bytes(AtomicFiles.Content content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The image under its heat map, as JPEG. */
  static byte[] overlay(ImageStore.Stored image, Detection d, ImageLoader loader) {
    RgbImage pixels = image.pixels(loader);
    return ImageWriter.jpeg(Overlay.draw(pixels, d.mapAtImageSize(), d.outlinedAt(), d.region()));
  }

  /** An image at most {@code side} pixels wide and high, as JPEG. */
  static byte[] view(ImageStore.Stored image, int side, ImageLoader loader) {
    RgbImage pixels;
    try {
      pixels = image.pixels(loader);
    } catch (HeadClipException e) {
      throw new Problem(Problem.Kind.UNREADABLE_IMAGE, e.getMessage(), e);
    }
    return ImageWriter.jpeg(PillowResize.BILINEAR.within(pixels, side));
  }

  /** For a field of JSON. */
  static String dataUri(String media, byte[] bytes) {
    return "data:%s;base64,%s".formatted(media, Base64.getEncoder().encodeToString(bytes));
  }
}
