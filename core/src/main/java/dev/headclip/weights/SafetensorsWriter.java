package dev.headclip.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.tensor.Half;
import dev.headclip.tensor.HostTensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Writes safetensors files, as float32 or as half precision. */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /** Writes to a temporary name and moves into place. */
  public static void write(
      Path path, Map<String, HostTensor> tensors, Map<String, String> metadata, boolean half) {
    AtomicFiles.write(path, out -> write(out, tensors, metadata, half));
  }

  /**
   * The same with numbers in double precision, one axis each, behind the tensors.
   *
   * @param doubles by name
   */
  public static void write(
      Path path,
      Map<String, HostTensor> tensors,
      Map<String, double[]> doubles,
      Map<String, String> metadata) {
    AtomicFiles.write(path, out -> write(out, tensors, doubles, metadata, false));
  }

  private static void write(
      OutputStream raw, Map<String, HostTensor> tensors, Map<String, String> metadata, boolean half)
      throws IOException {
    write(raw, tensors, Map.of(), metadata, half);
  }

  private static void write(
      OutputStream raw,
      Map<String, HostTensor> tensors,
      Map<String, double[]> doubles,
      Map<String, String> metadata,
      boolean half)
      throws IOException {
    int bytes = half ? 2 : 4;
    ObjectNode header = JSON.createObjectNode();
    ObjectNode meta = header.putObject("__metadata__");
    metadata.forEach(meta::put);
    long at = 0;
    for (Map.Entry<String, HostTensor> e : tensors.entrySet()) {
      ObjectNode t = header.putObject(e.getKey());
      t.put("dtype", half ? "F16" : "F32");
      for (long s : e.getValue().shape()) {
        t.withArray("shape").add(s);
      }
      t.withArray("shape");
      long end = at + (long) e.getValue().data().length * bytes;
      t.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    for (Map.Entry<String, double[]> e : doubles.entrySet()) {
      ObjectNode t = header.putObject(e.getKey()).put("dtype", "F64");
      t.putArray("shape").add(e.getValue().length);
      t.putArray("data_offsets").add(at).add(at + 8L * e.getValue().length);
      at += 8L * e.getValue().length;
    }
    byte[] json = JSON.writeValueAsBytes(header);
    int padded = (json.length + 7) / 8 * 8;
    OutputStream out = new BufferedOutputStream(raw, 1 << 16);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).array());
    out.write(json);
    out.write(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (HostTensor t : tensors.values()) {
      write(out, t.data(), chunk, half);
    }
    for (double[] d : doubles.values()) {
      int most = chunk.capacity() / 8;
      for (int from = 0; from < d.length; from += most) {
        int n = Math.min(most, d.length - from);
        chunk.asDoubleBuffer().put(d, from, n);
        out.write(chunk.array(), 0, n * 8);
      }
    }
    out.flush();
  }

  private static void write(OutputStream out, float[] data, ByteBuffer chunk, boolean half)
      throws IOException {
    int bytes = half ? 2 : 4;
    int most = chunk.capacity() / bytes;
    for (int from = 0; from < data.length; from += most) {
      int n = Math.min(most, data.length - from);
      if (half) {
        for (int i = 0; i < n; i++) {
          chunk.putShort(2 * i, Half.fromFloat(data[from + i]));
        }
      } else {
        chunk.asFloatBuffer().put(data, from, n);
      }
      out.write(chunk.array(), 0, n * bytes);
    }
  }
}
