package dev.headclip.onnx;

import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What a kept model's files held when they were written: sizes and check sums. Read at every start,
 * at the speed of the disk, since a hole in the weights changes scores without a word.
 */
final class CacheEntry {
  private static final String SUMS = "sums.txt";
  private static final int CHUNK = 1 << 20;

  private CacheEntry() {}

  /** Writes the sums of a folder's files. */
  static void seal(Path folder) throws IOException {
    AtomicFiles.writeText(folder.resolve(SUMS), sums(folder));
  }

  /** Whether a folder's files are as they were sealed. */
  static boolean isWhole(Path folder) {
    try {
      Path sums = folder.resolve(SUMS);
      return Files.isRegularFile(sums)
          && Files.size(sums) < CHUNK
          && Files.readString(sums).equals(sums(folder));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static String sums(Path folder) throws IOException {
    StringBuilder s = new StringBuilder();
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files = all.filter(f -> !f.endsWith(SUMS)).sorted().toList();
      for (Path f : files) {
        s.append("%08x %d %s%n".formatted(sum(f), Files.size(f), f.getFileName()));
      }
    }
    return s.toString();
  }

  private static long sum(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      while (in.read(chunk.clear()) >= 0) {
        crc.update(chunk.flip());
      }
    }
    return crc.getValue();
  }
}
