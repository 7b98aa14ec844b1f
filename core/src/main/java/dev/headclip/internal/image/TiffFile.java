package dev.headclip.internal.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * TIFF: its pages. Reduced copies of a page and masks are none.
 *
 * @param pages in the file's order
 */
public record TiffFile(List<TiffPage> pages) {
  /** More are not looked for. */
  private static final int MOST_PAGES = 100_000;

  private static final int REDUCED = 1;
  private static final int MASK = 4;

  /** Walks the directories; pixels are not touched. */
  public static TiffFile read(byte[] bytes) {
    return read(new ByteView.InMemory(bytes));
  }

  /** The number of pages of a file, of which the directories alone are read. */
  public static int count(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(new FileBytes(channel)).pages().size();
    }
  }

  private static TiffFile read(ByteView.Source source) {
    ByteView v = new ByteView(source, source.at(0) == 'I');
    boolean big = v.u16(2) == 43;
    List<TiffPage> pages = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    int index = 0;
    long at = big ? v.u64(8) : v.u32(4);
    while (at != 0) {
      if (!seen.add(at) || index >= MOST_PAGES) {
        throw ByteView.broken("its directories do not end");
      }
      TiffDirectory d = new TiffDirectory(v, at, big);
      if ((d.value(TiffDirectory.SUBFILE, 0) & (REDUCED | MASK)) == 0) {
        pages.add(new TiffPage(v, d, index));
      }
      index++;
      at = d.next();
    }
    if (pages.isEmpty()) {
      throw ByteView.broken(
          index == 0 ? "no picture in it" : "only reduced copies in it: a camera's raw file?");
    }
    return new TiffFile(List.copyOf(pages));
  }
}
