package dev.headclip.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.tensor.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, the tensors. Tensors are mapped one
 * at a time, so files may be larger than 2 GiB; every size is checked before anything is allocated.
 */
public final class SafetensorsFile implements TensorSource {
  private static final long MAX_HEADER = 10_000_000;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private record Range(long begin, long end) {}

  private final String name;
  private final Bytes bytes;
  private final long dataStart;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, Range> ranges = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsFile(String name, Bytes bytes) throws IOException {
    this.name = name;
    this.bytes = bytes;
    long size = bytes.size();
    ByteBuffer start = bytes.read(0, (int) Math.min(size, 48));
    if (new String(start.array(), StandardCharsets.UTF_8).startsWith("version https://git-lfs")) {
      throw refuse("it is a Git LFS pointer, not the weights; run 'git lfs pull'");
    }
    if (size < 8) {
      throw refuse("it has %d bytes, expected a header length of 8 bytes first".formatted(size));
    }
    long header = start.getLong(0);
    if (header < 2 || header > size - 8 || header > MAX_HEADER) {
      throw refuse(
          "header length %s, expected 2 to %d"
              .formatted(Long.toUnsignedString(header), Math.min(size - 8, MAX_HEADER)));
    }
    this.dataStart = 8 + header;
    parse(bytes.read(8, (int) header).array(), size - dataStart);
  }

  /** Opens a file; its header is read and checked, no tensor is. */
  public static SafetensorsFile open(Path path) {
    Bytes bytes = null;
    try {
      bytes = Bytes.of(path);
      return new SafetensorsFile(path.toString(), bytes);
    } catch (IOException e) {
      closeQuietly(bytes);
      throw new HeadClipException("%s: cannot be read (%s)".formatted(path, e), e);
    } catch (RuntimeException e) {
      closeQuietly(bytes);
      throw e;
    }
  }

  /**
   * A file's content in memory.
   *
   * @param name for messages
   */
  public static SafetensorsFile of(String name, byte[] content) {
    try {
      return new SafetensorsFile(name, Bytes.of(content));
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(name, e), e);
    }
  }

  private static void closeQuietly(Bytes bytes) {
    if (bytes != null) {
      try {
        bytes.close();
      } catch (IOException ignored) {
        // the failure that brought us here is the one to report
      }
    }
  }

  private HeadClipException refuse(String why) {
    return new HeadClipException("%s: not a valid safetensors file: %s".formatted(name, why));
  }

  private void parse(byte[] header, long dataSize) {
    JsonNode root;
    try {
      // of bytes, Jackson would guess an encoding
      root = JSON.readTree(new String(header, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw refuse(
          "its header is not JSON (" + e.getOriginalMessage().lines().findFirst().orElse("") + ")");
    }
    if (root == null || !root.isObject()) {
      throw refuse("its header is not a JSON object");
    }
    Iterator<Map.Entry<String, JsonNode>> fields = root.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> f = fields.next();
      if (f.getKey().equals("__metadata__")) {
        f.getValue()
            .fields()
            .forEachRemaining(m -> metadata.put(m.getKey(), m.getValue().asText()));
      } else {
        entry(f.getKey(), f.getValue(), dataSize);
      }
    }
    checkLayout(dataSize);
  }

  private void entry(String name, JsonNode node, long dataSize) {
    String type = node.path("dtype").asText();
    DType dtype =
        DType.named(type)
            .orElseThrow(() -> refuse("tensor %s has type \"%s\"".formatted(name, type)));
    JsonNode sizes = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    if (!sizes.isArray()
        || offsets.size() != 2
        || !isLong(offsets.get(0))
        || !isLong(offsets.get(1))) {
      throw refuse("tensor %s lacks a shape or two data_offsets".formatted(name));
    }
    long[] shape = new long[sizes.size()];
    for (int i = 0; i < shape.length; i++) {
      if (!isLong(sizes.get(i)) || sizes.get(i).asLong() < 0) {
        throw refuse("tensor %s has shape %s".formatted(name, sizes));
      }
      shape[i] = sizes.get(i).asLong();
    }
    long begin = offsets.get(0).asLong();
    long end = offsets.get(1).asLong();
    if (begin < 0 || end < begin || end > dataSize) {
      throw refuse(
          "tensor %s has offsets [%d,%d], expected within 0 to %d"
              .formatted(name, begin, end, dataSize));
    }
    long bytes;
    try {
      bytes = Math.multiplyExact(HostTensor.elements(shape), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw refuse("tensor %s has an impossible shape %s".formatted(name, TensorInfo.text(shape)));
    }
    if (bytes != end - begin) {
      throw refuse(
          "tensor %s of shape %s and type %s needs %d bytes, its offsets span %d"
              .formatted(name, TensorInfo.text(shape), dtype, bytes, end - begin));
    }
    if (bytes > Integer.MAX_VALUE / 4 * (long) dtype.bytes()) {
      throw refuse(
          "tensor %s has %d bytes, more than can be mapped at once".formatted(name, bytes));
    }
    tensors.put(name, new TensorInfo(dtype, shape));
    ranges.put(name, new Range(begin, end));
  }

  private static boolean isLong(JsonNode n) {
    return n.isIntegralNumber() && n.canConvertToLong();
  }

  private void checkLayout(long dataSize) {
    List<Map.Entry<String, Range>> sorted = new ArrayList<>(ranges.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Range> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long at = 0;
    for (Map.Entry<String, Range> e : sorted) {
      if (e.getValue().begin() != at) {
        throw refuse(
            "tensor %s begins at %d, expected %d: tensors overlap or leave a gap"
                .formatted(e.getKey(), e.getValue().begin(), at));
      }
      at = e.getValue().end();
    }
    if (at != dataSize) {
      throw refuse("tensors end at %d, the file at %d".formatted(at, dataSize));
    }
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return java.util.Collections.unmodifiableMap(tensors);
  }

  /** The header's free text entries. */
  public Map<String, String> metadata() {
    return java.util.Collections.unmodifiableMap(metadata);
  }

  @Override
  public void read(String name, Consumer<ByteBuffer> use) {
    TensorInfo info = tensors.get(name);
    Range r = ranges.get(name);
    int elements = (int) HostTensor.elements(info.shape());
    if (elements == 0) {
      NativeBytes.with(0, use);
      return;
    }
    try {
      bytes.map(
          dataStart + r.begin(),
          Math.toIntExact(r.end() - r.begin()),
          view -> NativeBytes.asFloats(view, info.dtype(), elements, use));
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(this.name, e), e);
    }
  }

  /**
   * A tensor's numbers in double precision.
   *
   * @throws HeadClipException where they are of another type, or there are none
   */
  public double[] doubles(String name) {
    TensorInfo info = tensors.get(name);
    if (info == null || info.dtype() != DType.F64) {
      throw new HeadClipException(
          "%s: tensor %s is %s, expected F64"
              .formatted(this.name, name, info == null ? "missing" : info.dtype()));
    }
    Range r = ranges.get(name);
    try {
      ByteBuffer b = bytes.read(dataStart + r.begin(), Math.toIntExact(r.end() - r.begin()));
      double[] all = new double[b.remaining() / 8];
      b.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(all);
      return all;
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(this.name, e), e);
    }
  }

  @Override
  public void close() {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
