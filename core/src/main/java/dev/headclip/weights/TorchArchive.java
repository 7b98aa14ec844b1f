package dev.headclip.weights;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.PickleReader.Bag;
import dev.headclip.weights.PickleReader.Storage;
import dev.headclip.weights.PickleReader.TensorRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * PyTorch's zip archives: {@code torch.save} files (.bin, .pt, .pth) and TorchScript ones. Nested
 * dictionaries and modules become names joined by dots.
 */
public final class TorchArchive implements TensorSource {
  private static final long MAX_PICKLE = 64L << 20;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_VALUES = 100_000;
  private static final int MAX_NAME = 500;

  private final Path path;
  private final ZipFile zip;
  private final String prefix;
  private final boolean script;
  private int values;
  private final Map<String, TensorRef> refs = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  private TorchArchive(Path path, ZipFile zip) throws IOException {
    this.path = path;
    this.zip = zip;
    ZipEntry pickle =
        zip.stream()
            .filter(e -> e.getName().endsWith("/data.pkl") || e.getName().equals("data.pkl"))
            .findFirst()
            .orElseThrow(() -> refuse("a zip without data.pkl, expected what torch.save writes"));
    this.prefix = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
    if (pickle.getSize() > MAX_PICKLE) {
      throw refuse(
          "its pickle has %d bytes, expected at most %d".formatted(pickle.getSize(), MAX_PICKLE));
    }
    checkByteOrder();
    byte[] bytes;
    try (InputStream in = zip.getInputStream(pickle)) {
      bytes = in.readNBytes((int) MAX_PICKLE);
    }
    Object root = new PickleReader(path.toString(), bytes).read();
    this.script = root instanceof Bag;
    collect("", root, 0);
    refs.forEach((name, ref) -> tensors.put(name, check(name, ref)));
  }

  /** Opens an archive; its directory and pickle are read and checked, no tensor is. */
  public static TorchArchive open(Path path) {
    ZipFile zip = null;
    try {
      try (Bytes bytes = Bytes.of(path)) {
        ZipDirectory.check(path.toString(), bytes);
      }
      zip = new ZipFile(RegularFiles.required(path).toFile());
      return new TorchArchive(path, zip);
    } catch (ZipException e) {
      closeQuietly(zip);
      throw new HeadClipException(
          "%s: not a whole zip archive (%s), expected what torch.save writes since PyTorch 1.6; download it again or convert it to safetensors"
              .formatted(path, e.getMessage()),
          e);
    } catch (IOException e) {
      closeQuietly(zip);
      throw new HeadClipException("%s: cannot be read (%s)".formatted(path, e), e);
    } catch (RuntimeException e) {
      closeQuietly(zip);
      throw e;
    }
  }

  private static void closeQuietly(ZipFile zip) {
    if (zip != null) {
      try {
        zip.close();
      } catch (IOException ignored) {
        // the failure that brought us here is the one to report
      }
    }
  }

  private HeadClipException refuse(String why) {
    return new HeadClipException("%s: refused: %s".formatted(path, why));
  }

  /** Whether this is a TorchScript archive, OpenAI's form. */
  public boolean isScript() {
    return script;
  }

  private void checkByteOrder() throws IOException {
    ZipEntry order = zip.getEntry(prefix + "byteorder");
    if (order != null) {
      try (InputStream in = zip.getInputStream(order)) {
        String text = new String(in.readNBytes(16), StandardCharsets.US_ASCII).strip();
        if (!text.equals("little")) {
          throw refuse("byte order \"%s\", expected little".formatted(text));
        }
      }
    }
  }

  private void collect(String name, Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw refuse("containers nested more than %d deep".formatted(MAX_DEPTH));
    }
    // shared containers can stand for more values than any file holds
    if (++values > MAX_VALUES || name.length() > MAX_NAME) {
      throw refuse(
          "more than %d values, or names of more than %d characters"
              .formatted(MAX_VALUES, MAX_NAME));
    }
    if (value instanceof TensorRef ref) {
      if (refs.put(name, ref) != null) {
        throw refuse("two tensors are called %s".formatted(name));
      }
    } else if (value instanceof Bag bag) {
      collectAll(name, bag.attributes(), depth);
    } else if (value instanceof Map<?, ?> map) {
      collectAll(name, map, depth);
    }
    // numbers, strings and lists beside the tensors (epoch, name, ...) are of no use here
  }

  private void collectAll(String name, Map<?, ?> map, int depth) {
    map.forEach(
        (k, v) -> collect(name.isEmpty() ? String.valueOf(k) : name + "." + k, v, depth + 1));
  }

  private TensorInfo check(String name, TensorRef ref) {
    Storage s = ref.storage();
    ZipEntry entry = zip.getEntry(prefix + "data/" + s.key());
    if (entry == null) {
      throw refuse(
          "tensor %s lies in storage %s, which is not in the archive".formatted(name, s.key()));
    }
    if (entry.getMethod() != ZipEntry.STORED) {
      throw refuse("storage %s is compressed, expected stored".formatted(s.key()));
    }
    // a directory may claim any size: believed only as far as the file itself is long
    if (entry.getSize() != entry.getCompressedSize() || entry.getSize() > path.toFile().length()) {
      throw refuse(
          "storage %s claims %d bytes, the file has %d"
              .formatted(s.key(), entry.getSize(), path.toFile().length()));
    }
    try {
      long elements = HostTensor.elements(ref.shape());
      long last = ref.offset();
      for (int i = 0; i < ref.shape().length; i++) {
        if (ref.shape()[i] < 0 || ref.stride()[i] < 0) {
          throw refuse("tensor %s has a negative size or stride".formatted(name));
        }
        last =
            Math.addExact(
                last, Math.multiplyExact(Math.max(0, ref.shape()[i] - 1), strideOf(ref, i)));
      }
      // views that repeat elements (stride 0) would stand for more than the file holds
      long needed =
          elements == 0
              ? 0
              : Math.multiplyExact(Math.max(last + 1, elements), (long) s.dtype().bytes());
      if (ref.offset() < 0 || needed > entry.getSize()) {
        throw refuse(
            "tensor %s of shape %s needs %d bytes of storage %s, which has %d"
                .formatted(name, TensorInfo.text(ref.shape()), needed, s.key(), entry.getSize()));
      }
      if (elements > Integer.MAX_VALUE / 4 || last >= Integer.MAX_VALUE / 8) {
        throw refuse("tensor %s has %d elements, more than fit".formatted(name, elements));
      }
    } catch (ArithmeticException | IndexOutOfBoundsException e) {
      throw refuse(
          "tensor %s has an impossible shape %s".formatted(name, TensorInfo.text(ref.shape())));
    }
    return new TensorInfo(s.dtype(), ref.shape());
  }

  /** The stride of an axis of length 1 means nothing, and archives from a GPU have odd ones. */
  private static long strideOf(TensorRef ref, int axis) {
    return ref.shape()[axis] == 1 ? 0 : ref.stride()[axis];
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, Consumer<ByteBuffer> use) {
    TensorRef ref = refs.get(name);
    DType dtype = ref.storage().dtype();
    int elements = (int) HostTensor.elements(ref.shape());
    long span = 1;
    for (int i = 0; i < ref.shape().length; i++) {
      span += Math.max(0, ref.shape()[i] - 1) * strideOf(ref, i);
    }
    int count = elements == 0 ? 0 : (int) span;
    NativeBytes.with(
        count * dtype.bytes(),
        raw -> {
          fill(raw, ref);
          if (contiguous(ref)) {
            NativeBytes.asFloats(raw, dtype, elements, use);
          } else {
            NativeBytes.with(elements * 4, to -> gather(raw, ref, elements, to, use));
          }
        });
  }

  private void fill(ByteBuffer raw, TensorRef ref) {
    ZipEntry entry = zip.getEntry(prefix + "data/" + ref.storage().key());
    try (InputStream in = zip.getInputStream(entry)) {
      in.skipNBytes(ref.offset() * ref.storage().dtype().bytes());
      ReadableByteChannel channel = Channels.newChannel(in);
      while (raw.hasRemaining()) {
        if (channel.read(raw) < 0) {
          throw refuse("storage %s ends too early".formatted(ref.storage().key()));
        }
      }
      raw.flip();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(path, e), e);
    }
  }

  private static boolean contiguous(TensorRef ref) {
    long expected = 1;
    for (int i = ref.shape().length - 1; i >= 0; i--) {
      if (ref.shape()[i] != 1 && ref.stride()[i] != expected) {
        return false;
      }
      expected *= ref.shape()[i];
    }
    return true;
  }

  private static void gather(
      ByteBuffer raw, TensorRef ref, int elements, ByteBuffer to, Consumer<ByteBuffer> use) {
    int rank = ref.shape().length;
    for (int i = 0; i < elements; i++) {
      long at = 0;
      int rest = i;
      for (int axis = rank - 1; axis >= 0; axis--) {
        int size = (int) ref.shape()[axis];
        at += (rest % size) * strideOf(ref, axis);
        rest /= size;
      }
      to.putFloat(i * 4, ref.storage().dtype().get(raw, (int) at));
    }
    use.accept(to);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
