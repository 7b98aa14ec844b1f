package dev.headclip.evaluate;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One image in a journal: its place in the data, size and time, named tensors, a checksum; all
 * little-endian.
 *
 * @param index place in the data
 * @param prediction what was said of it
 */
record JournalRecord(int index, Prediction prediction) {
  private static final int SUM = 4;
  private static final int LARGEST_RANK = 8;

  byte[] encoded() {
    Map<String, HostTensor> tensors = prediction.evidence().named();
    int size = 5 * 4 + SUM;
    for (Map.Entry<String, HostTensor> t : tensors.entrySet()) {
      size += 8 + t.getKey().getBytes(StandardCharsets.UTF_8).length;
      size += 4 * t.getValue().shape().length + 4 * t.getValue().data().length;
    }
    ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(index).putInt(prediction.width()).putInt(prediction.height());
    b.putFloat(prediction.ms()).putInt(tensors.size());
    tensors.forEach(
        (name, t) -> {
          byte[] text = name.getBytes(StandardCharsets.UTF_8);
          b.putInt(text.length).put(text).putInt(t.shape().length);
          for (long s : t.shape()) {
            b.putInt(Math.toIntExact(s));
          }
          for (float v : t.data()) {
            b.putFloat(v);
          }
        });
    b.putInt(checksum(b.array()));
    return b.array();
  }

  private static int checksum(byte[] record) {
    CRC32C sum = new CRC32C();
    sum.update(record, 0, record.length - SUM);
    return (int) sum.getValue();
  }

  /** Empty where the bytes are not a whole record. */
  static Optional<JournalRecord> decoded(byte[] record) {
    ByteBuffer b = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    if (record.length < SUM || b.getInt(record.length - SUM) != checksum(record)) {
      return Optional.empty();
    }
    try {
      int index = b.getInt();
      int width = b.getInt();
      int height = b.getInt();
      float ms = b.getFloat();
      int count = b.getInt();
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        tensors.put(name(b), tensor(b));
      }
      return Optional.of(
          new JournalRecord(index, new Prediction(new Tensors<>(tensors), width, height, ms)));
    } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static String name(ByteBuffer b) {
    byte[] text = new byte[within(b, b.getInt(), 1)];
    b.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static HostTensor tensor(ByteBuffer b) {
    int rank = b.getInt();
    if (rank < 0 || rank > LARGEST_RANK) {
      throw new IllegalArgumentException("rank " + rank);
    }
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = b.getInt();
    }
    float[] data = new float[within(b, HostTensor.elements(shape), 4)];
    for (int i = 0; i < data.length; i++) {
      data[i] = b.getFloat();
    }
    return new HostTensor(shape, data);
  }

  /** A count that the rest of the buffer can hold. */
  private static int within(ByteBuffer b, long count, int bytes) {
    if (count < 0 || count > b.remaining() / bytes) {
      throw new IllegalArgumentException("count " + count);
    }
    return (int) count;
  }
}
