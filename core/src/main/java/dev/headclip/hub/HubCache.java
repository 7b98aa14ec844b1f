package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where things lie. Repositories in Hugging Face's layout ({@code blobs}, {@code refs}, {@code
 * snapshots}), so that both find what the other fetched; everything else by its address.
 */
final class HubCache {
  /** Ending of what is not whole; Hugging Face's own is another, and is left alone. */
  static final String PARTIAL = ".headclip-incomplete";

  private final HubSettings settings;

  HubCache(HubSettings settings) {
    this.settings = settings;
  }

  private Path home(Origin.Repository r) {
    String kind = r.kind() == Origin.Kind.SPACE ? "spaces" : "models";
    return settings.hubCache().resolve(kind + "--" + r.id().replace("/", "--"));
  }

  /** The files of a commit. */
  Path snapshot(Origin.Repository r, String commit) {
    return home(r).resolve("snapshots").resolve(commit);
  }

  /** A content, by the hub's tag. */
  Path blob(Origin.Repository r, String tag) {
    return home(r).resolve("blobs").resolve(tag);
  }

  /** Folder of files that have addresses of their own. */
  Path web(CatalogueEntry e) {
    return settings.cache().resolve("files").resolve(Keys.readable(e.name()));
  }

  /** Of an entry's name. */
  Path receipt(String name) {
    return receipts().resolve(Keys.readable(name) + ".json");
  }

  /** What is locked while an entry is fetched: everything that lies in the same folder. */
  String home(CatalogueEntry e) {
    return (e.origin() instanceof Origin.Repository r ? home(r) : web(e)).getFileName().toString();
  }

  /** The same of what was fetched. */
  static String home(Receipt r) {
    Path folder = Path.of(r.folder());
    boolean repository = folder.getParent().endsWith("snapshots");
    return (repository ? folder.getParent().getParent() : folder).getFileName().toString();
  }

  private Path receipts() {
    return settings.cache().resolve("fetched");
  }

  /** What was ever fetched, by name. */
  List<Receipt> allReceipts() {
    if (!Files.isDirectory(receipts())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(receipts())) {
      return all.filter(p -> p.toString().endsWith(".json"))
          .sorted()
          .flatMap(p -> Receipt.read(p).stream())
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new HeadClipException("%s: cannot be listed (%s)".formatted(receipts(), e), e);
    }
  }

  /** The commit that a revision meant when somebody last asked. */
  Optional<String> commit(Origin.Repository r) {
    if (r.isCommit()) {
      return Optional.of(r.revision());
    }
    Path ref = ref(r);
    try {
      return Files.isRegularFile(ref) && Files.size(ref) < 200
          ? Optional.of(Files.readString(ref).strip()).filter(c -> c.matches(Origin.COMMIT))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Path ref(Origin.Repository r) {
    return home(r).resolve("refs").resolve(r.revision());
  }

  /** Notes what a revision means. */
  void point(Origin.Repository r, String commit) {
    if (!r.isCommit() && commit.matches(Origin.COMMIT)) {
      AtomicFiles.writeText(ref(r), commit);
    }
  }

  /**
   * Makes a content a file of a commit: a link where the system has such, else the content itself.
   */
  void link(Origin.Repository r, String commit, String file, Path blob) {
    Path to = snapshot(r, commit).resolve(file);
    try {
      Files.createDirectories(to.getParent());
      Files.deleteIfExists(to);
      try {
        Files.createSymbolicLink(to, to.getParent().relativize(blob));
      } catch (UnsupportedOperationException | FileSystemException e) {
        Files.move(blob, to);
      }
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(to, AtomicFiles.reason(e)), e);
    }
  }

  /** Removes files that were fetched, with the contents that nothing else links to. */
  long remove(Receipt receipt) {
    Path folder = Path.of(receipt.folder());
    long freed = 0;
    try {
      for (Receipt.File f : receipt.files()) {
        Path file = folder.resolve(f.name());
        if (!f.ours() || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        Optional<Path> content = content(file, folder);
        Files.delete(file);
        if (content.isPresent()
            && (content.get().equals(file) || !linked(folder.getParent(), content.get()))) {
          Files.deleteIfExists(content.get());
          freed += f.bytes();
        }
      }
      if (Files.isDirectory(folder)) {
        removeEmpty(folder);
      }
      return freed;
    } catch (IOException | UncheckedIOException e) {
      throw new HeadClipException("%s: cannot be removed (%s)".formatted(folder, e), e);
    }
  }

  /** What may go with a file: itself, or what it links to in this repository's own contents. */
  private static Optional<Path> content(Path file, Path folder) throws IOException {
    if (!Files.isSymbolicLink(file)) {
      return Optional.of(file);
    }
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Path content = file.toRealPath();
    Path blobs = folder.getParent().resolveSibling("blobs");
    boolean inside = Files.isDirectory(blobs) && content.getParent().equals(blobs.toRealPath());
    return inside ? Optional.of(content) : Optional.empty();
  }

  /** Removes damaged files with their contents, whoever else links to them. */
  void drop(Receipt receipt, List<String> names) {
    Path folder = Path.of(receipt.folder());
    try {
      for (String name : names) {
        Path file = folder.resolve(name);
        Optional<Path> content = content(file, folder);
        Files.deleteIfExists(file);
        if (content.isPresent()) {
          Files.deleteIfExists(content.get());
        }
      }
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be removed (%s)".formatted(folder, AtomicFiles.reason(e)), e);
    }
  }

  private static boolean linked(Path snapshots, Path content) throws IOException {
    try (Stream<Path> all = Files.walk(snapshots)) {
      for (Path p : all.filter(Files::isSymbolicLink).toList()) {
        if (Files.exists(p) && p.toRealPath().equals(content)) {
          return true;
        }
      }
      return false;
    }
  }

  private static void removeEmpty(Path folder) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isDirectory).forEach(p -> folders.add(0, p));
    }
    for (Path p : folders) {
      try (Stream<Path> in = Files.list(p)) {
        if (in.findAny().isEmpty()) {
          Files.delete(p);
        }
      }
    }
  }

  /** What was begun and not ended: in this program's own folder, and of repositories it fetched. */
  List<Path> partial() {
    Set<Path> roots = new LinkedHashSet<>();
    roots.add(settings.cache().resolve("files"));
    roots.add(settings.cache().resolve("hub"));
    for (Receipt r : allReceipts()) {
      Path folder = Path.of(r.folder());
      if (folder.startsWith(settings.hubCache().toAbsolutePath())) {
        roots.add(folder.getParent().resolveSibling("blobs"));
      }
    }
    Set<Path> found = new LinkedHashSet<>();
    for (Path root : roots) {
      if (Files.isDirectory(root)) {
        try (Stream<Path> all = Files.walk(root)) {
          all.filter(p -> p.toString().matches(".*\\" + PARTIAL + "(\\.tag)?"))
              .filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS))
              .forEach(found::add);
        } catch (IOException | UncheckedIOException e) {
          throw new HeadClipException("%s: cannot be listed (%s)".formatted(root, e), e);
        }
      }
    }
    return List.copyOf(found);
  }

  /**
   * Held while something is fetched or removed; two processes do not write into the same file.
   *
   * @param home see {@link #home}
   */
  Lock lock(String home, Runnable waiting) {
    Path file = settings.cache().resolve("locks").resolve(Keys.readable(home) + ".lock");
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean said = false;
      while (true) {
        FileLock lock;
        try {
          lock = channel.tryLock();
        } catch (OverlappingFileLockException held) {
          lock = null;
        }
        if (lock != null) {
          return new Lock(channel);
        }
        if (!said) {
          waiting.run();
          said = true;
        }
        Thread.sleep(200);
      }
    } catch (IOException x) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(file, AtomicFiles.reason(x)), x);
    } catch (InterruptedException x) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("stopped", x);
    }
  }

  /** Closing gives it back. */
  record Lock(FileChannel channel) implements AutoCloseable {
    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // the system gives it back when the process ends
      }
    }
  }
}
