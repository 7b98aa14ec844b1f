package dev.headclip.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a network said of each image, appended as it comes: after a kill, images that are in it are
 * not run again, and every figure can be computed from it to the bit. A record that was cut short
 * is dropped. In memory are the places of the records alone.
 */
public final class PredictionJournal implements Predictions, AutoCloseable {
  private static final byte[] MAGIC =
      "HEADCLIP-PREDICTIONS-2\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_HEADER = 1 << 20;
  private static final int LARGEST_RECORD = 1 << 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where a record lies. */
  private record Place(long at, int length) {}

  private final Path path;
  private final FileChannel file;
  private final TreeMap<Integer, Place> places = new TreeMap<>();
  private long end;

  private PredictionJournal(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens or begins a journal.
   *
   * @param identity of model and data: a journal of another one is refused
   */
  public static PredictionJournal open(Path path, Map<String, Object> identity) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      PredictionJournal j = new PredictionJournal(path, file);
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
    end = 0;
    append(b);
  }

  /** Whether there was a whole header. */
  private boolean read(JsonNode identity) throws IOException {
    byte[] magic = at(0, MAGIC.length);
    byte[] size = at(MAGIC.length, 4);
    if (magic.length < MAGIC.length || size.length < 4) {
      return false;
    }
    int length = ByteBuffer.wrap(size).getInt();
    if (!Arrays.equals(magic, MAGIC) || length < 2 || length > LARGEST_HEADER) {
      throw new HeadClipException(
          "%s: not a journal of predictions of this version; use another folder".formatted(path));
    }
    byte[] json = at(MAGIC.length + 4, length);
    if (json.length < length) {
      return false;
    }
    JsonNode found = JSON.readTree(json);
    if (!found.equals(JSON.readTree(identity.toString()))) {
      throw new HeadClipException(
          "%s holds predictions of another evaluation (%s); use another folder, or remove it"
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
    long at = from;
    while (true) {
      byte[] size = at(at, 4);
      int length = size.length < 4 ? -1 : ByteBuffer.wrap(size).getInt();
      if (length < 0 || length > LARGEST_RECORD || length > file.size() - at - 4) {
        break;
      }
      Optional<JournalRecord> r = JournalRecord.decoded(at(at + 4, length));
      if (r.isEmpty()) {
        break;
      }
      places.put(r.get().index(), new Place(at + 4, length));
      at += 4L + length;
    }
    file.truncate(at);
    end = at;
  }

  /** Bytes from a place on; fewer at the file's end. */
  private byte[] at(long position, int size) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(size);
    while (b.hasRemaining() && file.read(b, position + b.position()) >= 0) {
      // until full or at the end
    }
    return Arrays.copyOf(b.array(), b.position());
  }

  /** Appends an image. */
  public synchronized void add(int index, Prediction p) {
    byte[] record = new JournalRecord(index, p).encoded();
    ByteBuffer b = ByteBuffer.allocate(4 + record.length);
    b.putInt(record.length).put(record).flip();
    long start = end;
    try {
      append(b);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be written (%s)".formatted(path, e), e);
    }
    places.put(index, new Place(start + 4, record.length));
  }

  private void append(ByteBuffer b) throws IOException {
    while (b.hasRemaining()) {
      end += file.write(b, end);
    }
  }

  @Override
  public synchronized SortedSet<Integer> indices() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(places.keySet()));
  }

  @Override
  public Prediction get(int index) {
    Place p;
    synchronized (this) {
      p = places.get(index);
    }
    if (p == null) {
      throw new IllegalArgumentException("no prediction " + index);
    }
    try {
      return JournalRecord.decoded(at(p.at(), p.length()))
          .orElseThrow(() -> new IOException("a record was changed"))
          .prediction();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(path, e), e);
    }
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
