package dev.headclip.image;

import dev.headclip.map.AnomalyMap;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferUShort;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes anomaly maps. */
public final class MapWriter {
  private MapWriter() {}

  /** 16-bit grey PNG, 65535 for 1. */
  public static void png(AnomalyMap map, OutputStream out) throws IOException {
    BufferedImage b = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_USHORT_GRAY);
    short[] to = ((DataBufferUShort) b.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < to.length; i++) {
      to[i] = (short) Math.round(65535 * Math.min(Math.max(map.values()[i], 0), 1));
    }
    Png.write(b, out);
  }

  /** NumPy's npy, version 1.0: little-endian float32 [height,width], C order. */
  public static void npy(AnomalyMap map, OutputStream out) throws IOException {
    String dict =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + map.height()
            + ", "
            + map.width()
            + "), }";
    // magic, version, length and text end on a multiple of 64
    int length = (10 + dict.length() + 1 + 63) / 64 * 64 - 10;
    ByteBuffer b =
        ByteBuffer.allocate(10 + length + 4 * map.values().length).order(ByteOrder.LITTLE_ENDIAN);
    b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    b.put((byte) 1).put((byte) 0).putShort((short) length);
    b.put(dict.getBytes(StandardCharsets.US_ASCII));
    b.put(" ".repeat(length - dict.length() - 1).getBytes(StandardCharsets.US_ASCII));
    b.put((byte) '\n');
    for (float v : map.values()) {
      b.putFloat(v);
    }
    out.write(b.array());
  }
}
