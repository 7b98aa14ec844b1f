package dev.headclip.weights;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory of a zip archive, read to make sure that everybody reads the same from it: one
 * directory, no name twice, no entry over another, the same names in directory and entries.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_BYTES = 20;
  private static final int LOCAL_BYTES = 30;
  private static final int ENTRY_BYTES = 46;
  private static final long UNKNOWN = 0xffffffffL;
  private static final int MOST_DIRECTORY = 256 << 20;

  private final String name;
  private final Bytes file;

  private ZipDirectory(String name, Bytes file) {
    this.name = name;
    this.file = file;
  }

  /** An entry's bytes, with its local header. */
  private record Span(String name, long from, long to) {}

  /**
   * Throws where an archive can be read in two ways.
   *
   * @param name for messages
   */
  static void check(String name, Bytes file) throws IOException {
    new ZipDirectory(name, file).check();
  }

  private HeadClipException refuse(String why) {
    return new HeadClipException("%s: refused: %s".formatted(name, why));
  }

  private void check() throws IOException {
    long size = file.size();
    long end = end(size);
    ByteBuffer e = file.read(end, END_BYTES);
    long count = e.getShort(10) & 0xffff;
    long bytes = e.getInt(12) & UNKNOWN;
    long at = e.getInt(16) & UNKNOWN;
    Optional<Long> end64 = end64(end);
    if (end64.isPresent()) {
      ByteBuffer b = file.read(end64.get(), END_64_BYTES);
      boolean same =
          (count == 0xffff || count == b.getLong(32))
              && (bytes == UNKNOWN || bytes == b.getLong(40))
              && (at == UNKNOWN || at == b.getLong(48));
      if (!same) {
        throw refuse("a zip whose two ends differ");
      }
      count = b.getLong(32);
      bytes = b.getLong(40);
      at = b.getLong(48);
      end = end64.get();
    }
    if (at < 0 || bytes < 0 || bytes > MOST_DIRECTORY || at > size - bytes || at + bytes != end) {
      throw refuse("a zip whose directory does not lie before its end");
    }
    List<Span> spans = spans(file.read(at, (int) bytes), count);
    Set<String> names = new HashSet<>();
    for (Span s : spans) {
      if (!names.add(s.name())) {
        throw refuse("two entries are called %s".formatted(s.name()));
      }
    }
    spans.sort(Comparator.comparingLong(Span::from));
    for (int i = 0; i < spans.size(); i++) {
      long next = i + 1 < spans.size() ? spans.get(i + 1).from() : at;
      if (spans.get(i).to() > next) {
        throw refuse("entry %s runs into what follows it".formatted(spans.get(i).name()));
      }
    }
  }

  /** The record that ends the archive; its comment must end where the file does. */
  private long end(long size) throws IOException {
    long from = Math.max(0, size - END_BYTES - 0xffff);
    ByteBuffer tail = file.read(from, (int) (size - from));
    List<Long> found = new ArrayList<>();
    for (int i = 0; i + END_BYTES <= tail.limit(); i++) {
      if (tail.getInt(i) == END
          && from + i + END_BYTES + (tail.getShort(i + 20) & 0xffff) == size) {
        found.add(from + i);
      }
    }
    if (found.size() != 1) {
      throw refuse(
          found.isEmpty()
              ? "not a whole zip archive, expected what torch.save writes since PyTorch 1.6; download it again or convert it to safetensors"
              : "a zip with two ends");
    }
    return found.get(0);
  }

  /** The larger record before it, which PyTorch always writes. */
  private Optional<Long> end64(long end) throws IOException {
    if (end < LOCATOR_BYTES + END_64_BYTES) {
      return Optional.empty();
    }
    ByteBuffer locator = file.read(end - LOCATOR_BYTES, LOCATOR_BYTES);
    if (locator.getInt(0) != LOCATOR_64) {
      return Optional.empty();
    }
    long at = locator.getLong(8);
    if (at != end - LOCATOR_BYTES - END_64_BYTES || file.read(at, 4).getInt(0) != END_64) {
      throw refuse("a zip whose end does not lead to its directory");
    }
    return Optional.of(at);
  }

  private List<Span> spans(ByteBuffer directory, long count) throws IOException {
    List<Span> all = new ArrayList<>();
    int at = 0;
    while (at < directory.limit()) {
      if (at + ENTRY_BYTES > directory.limit() || directory.getInt(at) != ENTRY) {
        throw refuse("a zip with a broken directory");
      }
      int nameLength = directory.getShort(at + 28) & 0xffff;
      int extraLength = directory.getShort(at + 30) & 0xffff;
      int next =
          at + ENTRY_BYTES + nameLength + extraLength + (directory.getShort(at + 32) & 0xffff);
      if (next > directory.limit()) {
        throw refuse("a zip with a broken directory");
      }
      byte[] entry = new byte[nameLength];
      directory.get(at + ENTRY_BYTES, entry);
      long[] sizes = {
        directory.getInt(at + 24) & UNKNOWN,
        directory.getInt(at + 20) & UNKNOWN,
        directory.getInt(at + 42) & UNKNOWN
      };
      large(directory, at + ENTRY_BYTES + nameLength, extraLength, sizes);
      all.add(span(entry, sizes[2], sizes[1]));
      at = next;
    }
    if (all.size() != count) {
      throw refuse("a zip of %d entries that announces %d".formatted(all.size(), count));
    }
    return all;
  }

  /** Sizes of more than 32 bits stand behind the name, those that need it, in this order. */
  private static void large(ByteBuffer b, int from, int length, long[] sizes) {
    int at = from;
    while (at + 4 <= from + length) {
      int id = b.getShort(at) & 0xffff;
      int end = at + 4 + (b.getShort(at + 2) & 0xffff);
      if (id == 1 && end <= from + length) {
        int place = at + 4;
        for (int i = 0; i < sizes.length; i++) {
          if (sizes[i] == UNKNOWN && place + 8 <= end) {
            sizes[i] = b.getLong(place);
            place += 8;
          }
        }
      }
      at = end;
    }
  }

  private Span span(byte[] entry, long at, long packed) throws IOException {
    String text = new String(entry, StandardCharsets.UTF_8);
    if (at < 0 || packed < 0 || at > file.size() - LOCAL_BYTES) {
      throw refuse("entry %s lies outside the file".formatted(text));
    }
    ByteBuffer local = file.read(at, LOCAL_BYTES);
    int nameLength = local.getShort(26) & 0xffff;
    long data = at + LOCAL_BYTES + nameLength + (local.getShort(28) & 0xffff);
    if (local.getInt(0) != LOCAL || data > file.size() - packed) {
      throw refuse("entry %s lies outside the file".formatted(text));
    }
    byte[] own = new byte[nameLength];
    file.read(at + LOCAL_BYTES, nameLength).get(own);
    if (!java.util.Arrays.equals(own, entry)) {
      throw refuse(
          "entry %s is called %s where it lies"
              .formatted(text, new String(own, StandardCharsets.UTF_8)));
    }
    return new Span(text, at, data + packed);
  }
}
