package dev.headclip.server.internal.http;

import dev.headclip.HeadClipException;
import dev.headclip.detect.ImageSource;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.Leftovers;
import dev.headclip.internal.files.WorkFolder;
import dev.headclip.method.ClassName;
import dev.headclip.server.settings.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Uploaded images, in files of names that nobody else chooses, under one bound of bytes with all
 * else that is kept for requests. Those that nobody asks for are forgotten.
 */
public final class ImageStore implements AutoCloseable {
  /** A file in a folder costs more than its bytes. */
  private static final long LEAST = 4096;

  /** Younger ones are somebody's present work. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  private final WorkFolder folder = WorkFolder.temporary();
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Kept> images = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Limits limits;

  public ImageStore(Limits limits) {
    this.limits = limits;
  }

  /**
   * An uploaded image.
   *
   * @param id names it in requests
   * @param name as it was called by whoever sent it; never a path
   * @param page of its file, from 1 on
   */
  public record Stored(String id, String name, Path file, long bytes, int page) {
    /** Another page of its file, named as {@code detect} names it. */
    Stored on(int other) {
      return new Stored(id, "%s[%d]".formatted(name, other), file, bytes, other);
    }

    /** For a detector; {@code className}: what it shows, where that is known. */
    public ImageSource source(Optional<ClassName> className) {
      ImageSource own = ImageSource.of(name, file, page);
      return className.map(own::withClass).orElse(own);
    }

    /** Decoded. */
    public RgbImage pixels(ImageLoader loader) {
      return loader.picture(file, page).image();
    }
  }

  /** Each page of files that have several as an image of its own. */
  public List<Stored> pages(List<Stored> files) {
    List<Stored> all = new ArrayList<>();
    for (Stored s : files) {
      int pages = count(s);
      for (int p = 1; p <= pages; p++) {
        all.add(pages == 1 ? s : s.on(p));
      }
      if (all.size() > limits.requestImages() && all.size() > files.size()) {
        throw new Problem(
            Problem.Kind.TOO_LARGE,
            "%s has %d pages, which makes more than %d images; send fewer, or pages=first"
                .formatted(s.name(), pages, limits.requestImages()));
      }
    }
    return all;
  }

  private static int count(Stored s) {
    try {
      return Math.max(1, ImageLoader.defaults().pages(s.file()));
    } catch (HeadClipException e) {
      // said when it is decoded
      return 1;
    }
  }

  private static final class Kept {
    private final Stored image;
    private volatile Instant last = Instant.now();
    private int users;

    Kept(Stored image) {
      this.image = image;
    }
  }

  /** A folder for uploads that are on their way in. */
  public Path folder() {
    return folder.path();
  }

  /** A name that nobody can guess. */
  public String newId() {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * Takes room for bytes.
   *
   * @throws Problem where there is none
   */
  public void take(long more) {
    if (bytes.addAndGet(more) <= limits.storeBytes()) {
      return;
    }
    forget(FRESH);
    if (bytes.get() > limits.storeBytes()) {
      bytes.addAndGet(-more);
      throw Problem.later(
          Problem.Kind.STORAGE_FULL,
          "%d MiB of images are kept already, which is the limit; delete some batches, or wait"
              .formatted(limits.storeBytes() >> 20),
          60);
    }
  }

  /** Gives room back. */
  public void give(long less) {
    bytes.addAndGet(-less);
  }

  /** Bytes that are kept. */
  public long bytes() {
    return bytes.get();
  }

  /** Keeps a file that lies in {@link #folder()} or elsewhere in the same file system. */
  public Stored add(String name, Path file) {
    try {
      long size = Files.size(file);
      take(Math.max(LEAST, size));
      String id = newId();
      Path to = folder.path().resolve(id);
      Files.move(file, to);
      Stored stored = new Stored(id, name, to, size, 1);
      images.put(id, new Kept(stored));
      return stored;
    } catch (IOException e) {
      throw new HeadClipException(
          "an upload cannot be kept (%s)".formatted(AtomicFiles.reason(e)), e);
    }
  }

  /**
   * An image.
   *
   * @throws Problem where there is none of this name
   */
  public Stored get(String id) {
    return find(id)
        .orElseThrow(
            () ->
                Problem.notFound(
                    "no image '%s'; uploads are forgotten after %d minutes without use"
                        .formatted(id, limits.idle().toMinutes())));
  }

  public Optional<Stored> find(String id) {
    Kept k = images.get(id);
    if (k == null) {
      return Optional.empty();
    }
    k.last = Instant.now();
    return Optional.of(k.image);
  }

  /** Keeps images from being forgotten until they are released. */
  public void hold(List<Stored> some) {
    some.forEach(s -> users(s, 1));
  }

  /** They may be forgotten again. */
  public void release(List<Stored> some) {
    some.forEach(s -> users(s, -1));
  }

  private void users(Stored s, int more) {
    Kept k = images.get(s.id());
    if (k != null) {
      synchronized (k) {
        k.users += more;
        k.last = Instant.now();
      }
    }
  }

  /** Forgets an image, unless a batch needs it. */
  public boolean remove(String id) {
    Kept k = images.get(id);
    if (k == null) {
      return false;
    }
    synchronized (k) {
      if (k.users > 0) {
        return false;
      }
      images.remove(id);
    }
    give(Math.max(LEAST, k.image.bytes()));
    try {
      Files.deleteIfExists(k.image.file());
    } catch (IOException e) {
      // gone with the folder
    }
    return true;
  }

  /** Forgets what nobody asked for since. */
  public void forget(Duration since) {
    Instant before = Instant.now().minus(since);
    images.values().stream()
        .filter(k -> k.last.isBefore(before))
        .sorted(Comparator.comparing(k -> k.last))
        .map(k -> k.image.id())
        .toList()
        .forEach(this::remove);
  }

  /** Removes what a server that was killed left behind. */
  public void sweep() {
    Leftovers.sweep(folder.path().getParent());
  }

  /** Number of images. */
  public int count() {
    return images.size();
  }

  @Override
  public void close() {
    folder.close();
  }
}
