package dev.headclip.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * A file of results that only grows: a line is on the disk before anything is done by it, and one
 * that was cut off by a kill is taken back at the next start. One process at a time.
 */
final class Journal implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final FileChannel channel;
  // of a file that nobody else opens: closing any other handle of a file gives its locks back
  private final FileChannel locking;

  Journal(Path file) {
    this.file = file;
    try {
      Files.createDirectories(file.getParent());
      locking =
          FileChannel.open(
              file.resolveSibling("." + file.getFileName() + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unwritable(e);
    }
    try {
      lock();
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      closeQuietly(locking);
      throw unwritable(e);
    } catch (HeadClipException e) {
      closeQuietly(locking);
      throw e;
    }
    try {
      cutTornLine();
    } catch (IOException e) {
      close();
      throw unwritable(e);
    }
  }

  private HeadClipException unwritable(IOException e) {
    return new HeadClipException(
        "%s: cannot be written (%s)".formatted(file, AtomicFiles.reason(e)), e);
  }

  /** Until the channel is closed, or the process ends however it does. */
  private void lock() throws IOException {
    try {
      if (locking.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // said below
    }
    throw new HeadClipException(
        "%s: another process writes it; stop that, or name another --out".formatted(file));
  }

  private void cutTornLine() throws IOException {
    long size = channel.size();
    ByteBuffer one = ByteBuffer.allocate(1);
    long end = size;
    while (end > 0) {
      one.clear();
      channel.read(one, end - 1);
      if (one.get(0) == '\n') {
        break;
      }
      end--;
    }
    if (end < size) {
      channel.truncate(end);
    }
    channel.position(end);
  }

  /**
   * All lines that are there.
   *
   * @throws HeadClipException naming a line that is none of ours
   */
  void read(Consumer<JsonNode> each) {
    int line = 0;
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        line++;
        JsonNode node = JSON.readTree(text);
        if (!node.path("image").isTextual()) {
          throw new IOException("no result");
        }
        each.accept(node);
      }
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: line %d cannot be read (%s); mend it, or name another --out"
              .formatted(file, line, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /** A line, on the disk when this returns. */
  void append(ObjectNode result) {
    ByteBuffer b = ByteBuffer.wrap((result + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      long at = channel.position();
      try {
        while (b.hasRemaining()) {
          channel.write(b);
        }
        channel.force(false);
      } catch (IOException e) {
        // a full disk: half a line is none
        channel.truncate(at);
        throw e;
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
    closeQuietly(locking);
  }

  /** Everything is on the disk already. */
  private static void closeQuietly(FileChannel c) {
    try {
      c.close();
    } catch (IOException e) {
      // nothing is lost by it
    }
  }
}
