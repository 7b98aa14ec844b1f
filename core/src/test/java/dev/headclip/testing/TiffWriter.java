package dev.headclip.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Writes TIFF files of any depth, to be read by what is tested.
 *
 * @param bits of a sample
 * @param samples of a pixel
 * @param photometric 0 white is zero, 1 black is zero, 2 RGB
 * @param planar whether each sample has strips of its own
 * @param order of bytes
 * @param compression 1 none, 8 deflate
 * @param format of samples: 1 unsigned, 2 signed, 3 floating point
 */
public record TiffWriter(
    int bits,
    int samples,
    int photometric,
    boolean planar,
    ByteOrder order,
    int compression,
    int format) {
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ROWS = 3;

  /** One page: numbers row by row, the samples of a pixel together. */
  public record Page(int width, int height, int[] numbers) {}

  /** A whole file. */
  public byte[] write(List<Page> pages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(8).order(order);
    head.put(order == ByteOrder.LITTLE_ENDIAN ? new byte[] {'I', 'I'} : new byte[] {'M', 'M'});
    out.writeBytes(head.putShort((short) 42).putInt(0).array());
    List<Integer> patches = new ArrayList<>(List.of(4));
    List<Integer> directories = new ArrayList<>();
    for (Page p : pages) {
      page(out, p, patches, directories);
    }
    ByteBuffer file = ByteBuffer.wrap(out.toByteArray()).order(order);
    for (int i = 0; i < directories.size(); i++) {
      file.putInt(patches.get(i), directories.get(i));
    }
    return file.array();
  }

  private void page(
      ByteArrayOutputStream out, Page p, List<Integer> patches, List<Integer> directories) {
    List<int[]> strips = new ArrayList<>();
    for (int plane = 0; plane < (planar ? samples : 1); plane++) {
      for (int y = 0; y < p.height(); y += ROWS) {
        byte[] data = strip(p, y, Math.min(p.height(), y + ROWS), plane);
        strips.add(new int[] {out.size(), data.length});
        out.writeBytes(data);
      }
    }
    int[] offsets = strips.stream().mapToInt(s -> s[0]).toArray();
    int[] counts = strips.stream().mapToInt(s -> s[1]).toArray();
    int[] depths = new int[samples];
    java.util.Arrays.fill(depths, bits);
    int[] formats = new int[samples];
    java.util.Arrays.fill(formats, format);
    int[][] tags = {
      {256, LONG, p.width()}, {257, LONG, p.height()}, tag(258, SHORT, depths),
      {259, SHORT, compression}, {262, SHORT, photometric}, tag(273, LONG, offsets),
      {277, SHORT, samples}, {278, LONG, ROWS}, tag(279, LONG, counts),
      {284, SHORT, planar ? 2 : 1}, tag(339, SHORT, formats)
    };
    ByteBuffer directory = ByteBuffer.allocate(2 + 12 * tags.length + 4).order(order);
    directory.putShort((short) tags.length);
    for (int[] t : tags) {
      int n = t.length - 2;
      ByteBuffer values = ByteBuffer.allocate(Math.max(4, n * 4)).order(order);
      for (int i = 2; i < t.length; i++) {
        if (t[1] == SHORT) {
          values.putShort((short) t[i]);
        } else {
          values.putInt(t[i]);
        }
      }
      directory.putShort((short) t[0]).putShort((short) t[1]).putInt(n);
      if (values.position() > 4) {
        directory.putInt(out.size());
        out.write(values.array(), 0, values.position());
      } else {
        directory.put(values.array(), 0, 4);
      }
    }
    directories.add(out.size());
    patches.add(out.size() + directory.capacity() - 4);
    out.writeBytes(directory.array());
  }

  private static int[] tag(int name, int type, int[] values) {
    int[] all = new int[values.length + 2];
    all[0] = name;
    all[1] = type;
    System.arraycopy(values, 0, all, 2, values.length);
    return all;
  }

  private byte[] strip(Page p, int from, int to, int plane) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int y = from; y < to; y++) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < p.width() * samples; i++) {
        if (!planar || i % samples == plane) {
          row.append(binary(p.numbers()[y * p.width() * samples + i]));
        }
      }
      while (row.length() % 8 != 0) {
        row.append('0');
      }
      for (int i = 0; i < row.length(); i += 8) {
        out.write(Integer.parseInt(row.substring(i, i + 8), 2));
      }
    }
    return compression == 1 ? out.toByteArray() : deflated(out.toByteArray());
  }

  private String binary(int number) {
    String text = Integer.toBinaryString(number);
    String all = "0".repeat(Math.max(0, bits - text.length())) + text;
    boolean swapped = bits == 16 && order == ByteOrder.LITTLE_ENDIAN;
    return swapped ? all.substring(8) + all.substring(0, 8) : all;
  }

  private static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    byte[] out = new byte[2 * data.length + 100];
    int n = deflater.deflate(out);
    deflater.end();
    return java.util.Arrays.copyOf(out, n);
  }
}
