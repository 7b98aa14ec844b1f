package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.PassingFile;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors of many images: in memory up to a limit, behind it in a temporary file that goes with the
 * process.
 */
public final class TokenSpool implements AutoCloseable {
  private static final long IN_MEMORY = 128L << 20;

  private final List<Tensors<HostTensor>> kept = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();
  private long bytes;
  private long end;
  private FileChannel file;

  /** Where in the file an image's tensors lie, and their shapes. */
  private record Place(long at, Map<String, long[]> shapes) {}

  /** One more image's. */
  public void add(Tensors<HostTensor> one) {
    long more = bytes(one);
    if (file == null && bytes + more <= IN_MEMORY) {
      kept.add(one);
    } else {
      append(one);
    }
    bytes += more;
  }

  /** Images so far. */
  public int size() {
    return kept.size() + places.size();
  }

  private static long bytes(Tensors<HostTensor> one) {
    return one.list().stream().mapToLong(t -> 4L * t.data().length).sum();
  }

  private void append(Tensors<HostTensor> one) {
    try {
      if (file == null) {
        file = PassingFile.open();
      }
      Map<String, long[]> shapes = new LinkedHashMap<>();
      one.named().forEach((name, t) -> shapes.put(name, t.shape()));
      places.add(new Place(end, shapes));
      for (HostTensor t : one.list()) {
        ByteBuffer b = buffer(t);
        b.asFloatBuffer().put(t.data());
        while (b.hasRemaining()) {
          end += file.write(b, end);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The tensors of an image, in the order in which they came. */
  public Tensors<HostTensor> get(int image) {
    if (image < kept.size()) {
      return kept.get(image);
    }
    try {
      Place place = places.get(image - kept.size());
      long at = place.at();
      Tensors<HostTensor> all = Tensors.none();
      for (Map.Entry<String, long[]> e : place.shapes().entrySet()) {
        HostTensor t = HostTensor.zeros(e.getValue());
        ByteBuffer b = buffer(t);
        while (b.hasRemaining()) {
          int n = file.read(b, at);
          if (n < 0) {
            throw new IOException("it has become shorter");
          }
          at += n;
        }
        b.flip();
        b.asFloatBuffer().get(t.data());
        all = all.with(e.getKey(), t);
      }
      return all;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static ByteBuffer buffer(HostTensor t) {
    return ByteBuffer.allocate(Math.multiplyExact(4, t.data().length))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static HeadClipException failed(IOException e) {
    return new HeadClipException(
        "the images' tokens need more room than memory and the temporary folder have (%s)"
            .formatted(e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
