package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One file into a partial one beside its place: goes on where it stopped, and is verified. */
final class Downloader {
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
  private static final int CHUNK = 1 << 16;

  private final Http http;
  private final HubSettings settings;

  Downloader(Http http, HubSettings settings) {
    this.http = http;
    this.settings = settings;
  }

  /**
   * A file to fetch.
   *
   * @param address where it is
   * @param name for progress and messages
   * @param size in bytes, where it is known
   * @param limit most bytes
   * @param digest what its content must be, where that is known
   */
  record Order(
      URI address, String name, OptionalLong size, long limit, Optional<ContentDigest> digest) {}

  /**
   * Fetches.
   *
   * @param partial where the bytes are kept until they are all there
   * @return SHA-256 of the content
   * @throws HeadClipException where it cannot be had, or is not what it should be
   */
  String fetch(Order order, Path partial, FetchProgress progress) {
    boolean resumed = length(partial) > 0;
    transfer(order, partial, progress);
    kept(partial);
    String sha = ContentDigest.sha256(partial);
    if (resumed && order.digest().isPresent() && !order.digest().get().fits(partial, sha)) {
      // what lay there may have been another file's beginning
      delete(partial);
      transfer(order, partial, progress);
      sha = ContentDigest.sha256(partial);
    }
    if (order.digest().isPresent() && !order.digest().get().fits(partial, sha)) {
      delete(partial);
      throw new HeadClipException(
          "%s: SHA-256 %s, expected %s; not kept: the file was changed, or somebody stands between"
              .formatted(order.address(), sha, order.digest().get()));
    }
    return sha;
  }

  private void transfer(Order order, Path partial, FetchProgress progress) {
    OptionalLong size = order.size();
    if (size.isPresent() && size.getAsLong() > order.limit()) {
      throw new HeadClipException(
          "%s: %s, expected %s at most"
              .formatted(order.address(), Sizes.text(size.getAsLong()), Sizes.text(order.limit())));
    }
    if (size.isPresent() && length(partial) == size.getAsLong()) {
      return;
    }
    if (size.isPresent() && length(partial) > size.getAsLong()) {
      delete(partial);
    }
    Path validator = partial.resolveSibling(partial.getFileName() + ".tag");
    http.ask(
        "GET",
        order.address(),
        () -> range(order, partial, validator),
        () -> length(partial),
        r -> {
          received(r, order, partial, validator, progress);
          return true;
        });
    delete(validator);
  }

  /** Asks for the rest, where it can be told that it is the rest of the same. */
  private Map<String, String> range(Order order, Path partial, Path validator) {
    Map<String, String> headers = new HashMap<>();
    long done = length(partial);
    Optional<String> tag = order.digest().isPresent() ? Optional.of("") : read(validator);
    if (done > 0 && tag.isEmpty()) {
      delete(partial);
      done = 0;
    }
    if (done > 0) {
      headers.put("Range", "bytes=" + done + "-");
      tag.filter(t -> !t.isEmpty()).ifPresent(t -> headers.put("If-Range", t));
    }
    return headers;
  }

  private void received(Reply r, Order order, Path partial, Path validator, FetchProgress progress)
      throws IOException {
    long done = length(partial);
    if (r.status() == 416 && done > 0) {
      delete(partial);
      throw new IOException("the server has no such rest of the file; from its beginning");
    }
    if (r.status() != 200 && r.status() != 206) {
      throw Refusal.of(order.address(), r.status(), settings);
    }
    long start = 0;
    String coding = r.headers().firstValue("content-encoding").orElse("identity");
    if (!coding.equals("identity")) {
      throw new HeadClipException(
          "%s: sent as %s, expected the file as it is".formatted(order.address(), coding));
    }
    long total = r.length().orElse(-1);
    if (r.status() == 206) {
      Matcher m = RANGE.matcher(r.headers().firstValue("content-range").orElse(""));
      if (!m.matches() || Long.parseLong(m.group(1)) != done || isAnother(r, order, validator)) {
        delete(partial);
        throw new IOException("the server sent another part than the one asked for");
      }
      start = done;
      total = m.group(3).equals("*") ? -1 : Long.parseLong(m.group(3));
    }
    if (order.size().isPresent() && total >= 0 && total != order.size().getAsLong()) {
      throw new HeadClipException(
          "%s: %d bytes, expected %d".formatted(order.address(), total, order.size().getAsLong()));
    }
    long all = total >= 0 ? total : order.size().orElse(-1);
    if (all > order.limit()) {
      throw new HeadClipException(
          "%s: %s, expected %s at most"
              .formatted(order.address(), Sizes.text(all), Sizes.text(order.limit())));
    }
    if (start == 0) {
      delete(partial);
      r.headers()
          .firstValue("etag")
          .filter(t -> !t.startsWith("W/"))
          .or(() -> r.headers().firstValue("last-modified"))
          .ifPresent(t -> AtomicFiles.writeText(validator, t));
    }
    long here = copy(r.body(), partial, start, all, order, progress);
    if (length(partial) != here) {
      throw new HeadClipException(
          "%s: changed by another program while it was written".formatted(partial));
    }
    if (all >= 0 && here < all) {
      throw new IOException("the connection ended after %d of %d bytes".formatted(here, all));
    }
  }

  /** Whether a part is of a file that has changed, as far as a server without digests says. */
  private static boolean isAnother(Reply r, Order order, Path validator) {
    Optional<String> before = order.digest().isPresent() ? Optional.empty() : read(validator);
    Optional<String> now = r.headers().firstValue("etag");
    return before.filter(t -> t.startsWith("\"")).isPresent()
        && now.isPresent()
        && !now.get().equals(before.get());
  }

  private long copy(
      InputStream in, Path partial, long start, long all, Order order, FetchProgress progress)
      throws IOException {
    long most = all >= 0 ? all : order.limit();
    long here = start;
    long began = System.nanoTime();
    try (Watch watch = new Watch(in, settings.patience());
        OutputStream out = opened(partial)) {
      byte[] part = new byte[CHUNK];
      for (int n = watch.read(part); n >= 0; n = watch.read(part)) {
        if (here + n > most) {
          throw new HeadClipException(
              "%s: more than the %d bytes that it should have".formatted(order.address(), most));
        }
        written(out, part, n, partial);
        here += n;
        progress.at(
            order.name(),
            here,
            Math.max(0, all),
            (here - start) / Math.max(1e-3, (System.nanoTime() - began) / 1e9));
      }
    }
    return here;
  }

  /** On the disk, before it gets its name. */
  private static void kept(Path partial) {
    try (FileChannel c = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      c.force(true);
    } catch (IOException e) {
      throw unwritable(partial, e);
    }
  }

  private static OutputStream opened(Path partial) {
    try {
      Files.createDirectories(partial.toAbsolutePath().getParent());
      return Files.newOutputStream(
          partial, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unwritable(partial, e);
    }
  }

  /** A full disk is no lost connection. */
  private static void written(OutputStream out, byte[] part, int n, Path partial) {
    try {
      out.write(part, 0, n);
    } catch (IOException e) {
      throw unwritable(partial, e);
    }
  }

  private static HeadClipException unwritable(Path partial, IOException e) {
    return new HeadClipException(
        "%s: cannot be written (%s)".formatted(partial, AtomicFiles.reason(e)), e);
  }

  private static long length(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) < 1024
          ? Optional.of(Files.readString(file)).filter(t -> t.matches("[\\x20-\\x7e]+"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }
}
