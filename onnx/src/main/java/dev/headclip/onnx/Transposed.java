package dev.headclip.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A stored matrix with rows and columns exchanged. */
final class Transposed {
  private static final int TILE = 32;

  private Transposed() {}

  static Stored of(Stored s) {
    int rows = Math.toIntExact(s.shape()[0]);
    int columns = Math.toIntExact(s.shape()[1]);
    return Stored.floats(new long[] {columns, rows}, () -> turn(s.bytes().get(), rows, columns));
  }

  private static float[] turn(ByteBuffer bytes, int rows, int columns) {
    FloatBuffer from = bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] out = new float[rows * columns];
    for (int y0 = 0; y0 < rows; y0 += TILE) {
      for (int x0 = 0; x0 < columns; x0 += TILE) {
        for (int y = y0; y < Math.min(y0 + TILE, rows); y++) {
          for (int x = x0; x < Math.min(x0 + TILE, columns); x++) {
            out[x * rows + y] = from.get(y * columns + x);
          }
        }
      }
    }
    return out;
  }
}
