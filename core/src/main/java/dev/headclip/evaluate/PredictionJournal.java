package dev.headclip.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What the network said of each image, appended as it comes: after a kill, images that are in it
 * are not run again, and every figure can be computed from it to the bit. A record that was cut
 * short is dropped.
 */
public final class PredictionJournal implements AutoCloseable {
  private static final byte[] MAGIC =
      "HEADCLIP-PREDICTIONS-1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_HEADER = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One image.
   *
   * @param global S_global
   * @param patches abnormal probabilities, row-major
   * @param width of the image, pixels
   * @param height of the image
   * @param ms spent
   */
  public record Prediction(float global, float[] patches, int width, int height, float ms) {}

  private final Path path;
  private final FileChannel file;
  private final int patches;
  private final Map<Integer, Prediction> known = new TreeMap<>();

  private PredictionJournal(Path path, FileChannel file, int patches) {
    this.path = path;
    this.file = file;
    this.patches = patches;
  }

  /**
   * Opens or begins a journal.
   *
   * @param identity of model and data: a journal of another one is refused
   * @param patches per image
   */
  public static PredictionJournal open(Path path, Map<String, Object> identity, int patches) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      PredictionJournal j = new PredictionJournal(path, file, patches);
      try {
        if (!j.read(JSON.valueToTree(identity))) {
          j.begin(JSON.writeValueAsBytes(identity));
        }
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
      return j;
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be used (%s)".formatted(path, e), e);
    }
  }

  private void begin(byte[] identity) throws IOException {
    file.truncate(0);
    ByteBuffer b = ByteBuffer.allocate(MAGIC.length + 4 + identity.length);
    b.put(MAGIC).putInt(identity.length).put(identity).flip();
    write(b);
  }

  /** Whether there was a whole header. */
  private boolean read(JsonNode identity) throws IOException {
    ByteBuffer head = at(0, MAGIC.length + 4);
    if (head.remaining() < MAGIC.length + 4) {
      return false;
    }
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    int length = head.getInt();
    if (!Arrays.equals(magic, MAGIC) || length < 2 || length > LARGEST_HEADER) {
      throw new HeadClipException(
          "%s: not a journal of predictions; use another --out".formatted(path));
    }
    ByteBuffer json = at(MAGIC.length + 4, length);
    if (json.remaining() < length) {
      return false;
    }
    JsonNode found = JSON.readTree(json.array());
    if (!found.equals(JSON.readTree(identity.toString()))) {
      throw new HeadClipException(
          "%s holds predictions of another evaluation (%s); use another --out, or remove it"
              .formatted(path, difference(found, identity)));
    }
    records(MAGIC.length + 4L + length);
    return true;
  }

  private static String difference(JsonNode found, JsonNode wanted) {
    for (Map.Entry<String, JsonNode> e : wanted.properties()) {
      if (!e.getValue().toString().equals(found.path(e.getKey()).toString())) {
        return "%s was %s, is now %s".formatted(e.getKey(), found.path(e.getKey()), e.getValue());
      }
    }
    return "it says " + found;
  }

  private void records(long from) throws IOException {
    int size = recordSize();
    long at = from;
    for (ByteBuffer b = at(at, size); b.remaining() == size; b = at(at, size)) {
      Optional<Map.Entry<Integer, Prediction>> r = decode(b);
      if (r.isEmpty()) {
        break;
      }
      known.put(r.get().getKey(), r.get().getValue());
      at += size;
    }
    file.truncate(at);
    file.position(at);
  }

  private int recordSize() {
    return 4 * (6 + patches);
  }

  private ByteBuffer at(long position, int size) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(size);
    while (b.hasRemaining() && file.read(b, position + b.position()) >= 0) {
      // until full or at the end
    }
    return b.flip();
  }

  private Optional<Map.Entry<Integer, Prediction>> decode(ByteBuffer b) {
    b.order(ByteOrder.LITTLE_ENDIAN);
    CRC32C sum = new CRC32C();
    sum.update(b.array(), 0, recordSize() - 4);
    if ((int) sum.getValue() != b.getInt(recordSize() - 4)) {
      return Optional.empty();
    }
    int index = b.getInt();
    float global = b.getFloat();
    int width = b.getInt();
    int height = b.getInt();
    float ms = b.getFloat();
    float[] p = new float[patches];
    b.asFloatBuffer().get(p);
    return Optional.of(Map.entry(index, new Prediction(global, p, width, height, ms)));
  }

  /** Appends an image. */
  public synchronized void add(int index, Prediction p) {
    ByteBuffer b = ByteBuffer.allocate(recordSize()).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(index).putFloat(p.global()).putInt(p.width()).putInt(p.height()).putFloat(p.ms());
    for (float v : p.patches()) {
      b.putFloat(v);
    }
    CRC32C sum = new CRC32C();
    sum.update(b.array(), 0, recordSize() - 4);
    b.putInt((int) sum.getValue()).flip();
    try {
      write(b);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be written (%s)".formatted(path, e), e);
    }
    known.put(index, p);
  }

  private void write(ByteBuffer b) throws IOException {
    while (b.hasRemaining()) {
      file.write(b);
    }
  }

  /** Everything so far, by index. */
  public synchronized Map<Integer, Prediction> predictions() {
    return Collections.unmodifiableMap(new TreeMap<>(known));
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be closed (%s)".formatted(path, e), e);
    }
  }
}
