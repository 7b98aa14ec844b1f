package dev.headclip.spark.internal.score;

import dev.headclip.HeadClipException;
import dev.headclip.detect.ImageSource;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.RgbImage;
import dev.headclip.spark.internal.model.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Queue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.Row;

/**
 * The images of a task's rows: opened when their turn comes, in the thread that decodes. Further
 * pages of a file come when its first was looked at. Taken by one thread.
 */
public final class RowImages implements Iterator<ImageSource> {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 16;
  private static final int TRIES = 4;
  private static final long PAUSE = 50;

  private final Iterator<Row> rows;
  private final int path;
  private final int content;
  private final boolean allPages;
  private final Configuration hadoop;
  private final Queue<RowImage> further = new ArrayDeque<>();

  /**
   * @param path its column
   * @param content its column, -1 where there is none
   */
  public RowImages(
      Iterator<Row> rows, int path, int content, boolean allPages, Configuration hadoop) {
    this.rows = rows;
    this.path = path;
    this.content = content;
    this.allPages = allPages;
    this.hadoop = hadoop;
  }

  @Override
  public boolean hasNext() {
    return !further.isEmpty() || rows.hasNext();
  }

  @Override
  public ImageSource next() {
    RowImage image = further.isEmpty() ? new RowImage(rows.next()) : further.remove();
    return ImageSource.of(image.name(), image);
  }

  /** The row of an image that this gave. */
  public static Row row(ImageSource image) {
    return ((RowImage) image.content()).row;
  }

  /** Counts a file's pages before it is looked at, where its name says that it may have several. */
  public void counted(ImageSource image, ImageLoader loader) {
    RowImage first = (RowImage) image.content();
    if (first.page == 1 && image.id().toLowerCase(Locale.ROOT).matches(".*\\.tiff?")) {
      first.count(loader);
    }
  }

  /** An image was looked at: of a file with several pages, the others are next. */
  public void lookedAt(ImageSource image) {
    RowImage first = (RowImage) image.content();
    if (first.page == 1) {
      for (int p = 2; p <= first.pages; p++) {
        further.add(new RowImage(first, p));
      }
    }
  }

  /** An image under its name in results: a page of several, with its own. */
  public static ImageSource named(ImageSource image) {
    String name = ((RowImage) image.content()).name();
    return name.equals(image.id())
        ? image
        : new ImageSource(name, image.className(), image.content());
  }

  private final class RowImage implements ImageSource.Content {
    private final Row row;
    private final int page;
    // both are set by the thread that decodes, and read when it is done
    private volatile int pages = 1;
    private volatile byte[] bytes;

    RowImage(Row row) {
      this.row = row;
      this.page = 1;
    }

    /** A further page. */
    RowImage(RowImage first, int page) {
      this.row = first.row;
      this.page = page;
      this.pages = first.pages;
      this.bytes = first.bytes;
    }

    private String path() {
      return row.isNullAt(path) ? "" : row.getString(path);
    }

    String name() {
      String name = path().isEmpty() ? "image" : path();
      return pages == 1 ? name : "%s[%d]".formatted(name, page);
    }

    @Override
    public RgbImage load(ImageLoader loader) {
      return loadPage(loader).image();
    }

    @Override
    public ImageSource.Loaded loadPage(ImageLoader loader) {
      byte[] file = bytes == null ? read() : bytes;
      if (page == 1) {
        count(loader, file);
      }
      return DecodeGate.shared().decoded(loader, file, page);
    }

    void count(ImageLoader loader) {
      try {
        count(loader, read());
      } catch (HeadClipException e) {
        // told when its turn comes
        pages = 1;
      }
    }

    private void count(ImageLoader loader, byte[] file) {
      try {
        pages = allPages ? loader.pages(file) : 1;
      } catch (RuntimeException e) {
        // decoding it says what is wrong
        pages = 1;
      }
      bytes = pages > 1 ? file : null;
    }

    private byte[] read() {
      byte[] file = content >= 0 && !row.isNullAt(content) ? row.getAs(content) : opened();
      if (file.length == 0) {
        throw new HeadClipException("the file is empty, expected an image");
      }
      return file;
    }

    private byte[] opened() {
      if (path().isEmpty()) {
        throw new HeadClipException("a row with neither content nor path, expected one of them");
      }
      for (int tries = 1; ; tries++) {
        try {
          return HadoopFiles.read(path(), hadoop, MOST_BYTES);
        } catch (FileNotFoundException | NoSuchFileException e) {
          throw new HeadClipException("no such file", e);
        } catch (AccessDeniedException | AccessControlException e) {
          throw new HeadClipException("may not be read (%s)".formatted(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
          if (tries == TRIES) {
            throw new HeadClipException("cannot be read (%s)".formatted(e.getMessage()), e);
          }
          pause(tries);
        }
      }
    }

    /** A storage that is busy may answer a little later. */
    private void pause(int tries) {
      try {
        Thread.sleep(PAUSE << (2 * tries));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HeadClipException("stopped", e);
      }
    }

    @Override
    public long heldBytes() {
      return content >= 0 && !row.isNullAt(content) ? ((byte[]) row.get(content)).length : 0;
    }
  }
}
