package dev.headclip.internal.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file's bytes where a few of many are wanted: read in windows, the last one kept. */
final class FileBytes implements ByteView.Source {
  private static final int WINDOW = 1 << 14;

  private final FileChannel file;
  private final long length;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private long start;

  /**
   * @param file stays the caller's
   */
  FileBytes(FileChannel file) throws IOException {
    this.file = file;
    this.length = file.size();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public byte at(long place) {
    if (place < start || place >= start + window.limit()) {
      fill(place);
    }
    return window.get((int) (place - start));
  }

  private void fill(long place) {
    window.clear();
    try {
      while (window.hasRemaining() && file.read(window, place + window.position()) >= 0) {
        // until full or at the end
      }
    } catch (IOException e) {
      throw ByteView.broken("cannot be read: " + e.getMessage());
    }
    if (window.position() == 0) {
      throw ByteView.broken("it became shorter");
    }
    window.flip();
    start = place;
  }
}
