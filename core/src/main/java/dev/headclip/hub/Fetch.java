package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to be fetched of an entry: said first, done when asked for. */
public final class Fetch {
  private final Hub hub;
  private final CatalogueEntry entry;
  private final String host;
  private final String commit;
  private final Path folder;
  private final List<Item> items;

  /**
   * A file.
   *
   * @param order what to fetch
   * @param place where users of it look
   * @param content where it is kept: the same, or what the place links to
   * @param link makes the place, once the content is there
   */
  record Item(Downloader.Order order, Path place, Path content, Runnable link) {
    boolean missing() {
      return !Files.isRegularFile(place);
    }

    Path partial() {
      return content.resolveSibling(content.getFileName() + HubCache.PARTIAL);
    }
  }

  Fetch(Hub hub, CatalogueEntry entry, String host, String commit, Path folder, List<Item> items) {
    this.hub = hub;
    this.entry = entry;
    this.host = host;
    this.commit = commit;
    this.folder = folder;
    this.items = List.copyOf(items);
  }

  /** Bytes that are not here yet; files whose size nobody says count as nothing. */
  public long bytes() {
    return items.stream()
        .filter(Item::missing)
        .filter(i -> !Files.isRegularFile(i.content()))
        .mapToLong(i -> Math.max(0, i.order().size().orElse(0) - i.partial().toFile().length()))
        .sum();
  }

  /** Whether something is not here yet. */
  public boolean isNeeded() {
    return items.stream().anyMatch(Item::missing);
  }

  /** One line: what, how much, from where, under which licence. */
  public String text() {
    long bytes = bytes();
    long here = items.stream().mapToLong(i -> i.partial().toFile().length()).sum();
    boolean unknown = items.stream().anyMatch(i -> i.missing() && i.order().size().isEmpty());
    String much =
        unknown && bytes == 0
            ? entry.bytes() == 0 ? "a file of unknown size" : "about " + Sizes.text(entry.bytes())
            : Sizes.text(bytes);
    return "%s: %s from %s%s, licence: %s"
        .formatted(
            entry.name(),
            much,
            host,
            here > 0 ? " (%s are here)".formatted(Sizes.text(here)) : "",
            entry.licence());
  }

  /**
   * Fetches what is missing.
   *
   * @return the folder
   * @throws HeadClipException where something cannot be had, or is not what it was; what is here
   *     stays, and the next run goes on
   */
  public Path run(FetchProgress progress) {
    return run(progress, () -> {});
  }

  /**
   * The same.
   *
   * @param waiting run where another process fetches the same
   */
  public Path run(FetchProgress progress, Runnable waiting) {
    try (HubCache.Lock lock = hub.cache().lock(hub.cache().home(entry), waiting)) {
      bounded();
      room();
      hub.dropOther(entry);
      Map<String, Receipt.File> done = new LinkedHashMap<>();
      for (Item item : items) {
        done.put(item.order().name(), one(item, progress));
        noted(done, false);
      }
      if (entry.origin() instanceof Origin.Repository r) {
        hub.cache().point(r, commit);
      }
      noted(done, true);
      return folder;
    }
  }

  /** After each file: what a later run finds is known to be ours, and of which commit. */
  private void noted(Map<String, Receipt.File> done, boolean whole) {
    Map<String, Receipt.File> all = new LinkedHashMap<>();
    hub.receipt(entry)
        .filter(r -> !whole && r.revision().equals(commit))
        .ifPresent(r -> r.files().forEach(f -> all.put(f.name(), f)));
    all.putAll(done);
    new Receipt(
            entry.name(),
            entry.origin().text(),
            commit,
            folder.toAbsolutePath().toString(),
            hub.receipt(entry).map(Receipt::date).orElseGet(() -> LocalDate.now().toString()),
            whole,
            List.copyOf(all.values()))
        .write(hub.cache().receipt(entry.name()));
  }

  private Receipt.File one(Item item, FetchProgress progress) {
    String name = item.order().name();
    // asked now, and not when it was planned: another process may have fetched it meanwhile
    Optional<Receipt.File> before = hub.receipt(entry).flatMap(r -> r.file(name));
    boolean ours = before.map(Receipt.File::ours).orElse(false);
    if (!item.missing()) {
      String sha = ContentDigest.sha256(item.place());
      known(item, sha, entry.name());
      checked(before, item.place(), sha);
      return new Receipt.File(name, length(item.place()), sha, ours);
    }
    Optional<String> there = good(item);
    String sha;
    if (there.isPresent()) {
      // another commit's, or another program's
      sha = there.get();
      checked(before, item.content(), sha);
      ours |=
          hub.receipts().stream()
              .flatMap(r -> r.files().stream())
              .anyMatch(f -> f.ours() && f.sha256().equals(there.get()));
    } else {
      sha = hub.downloader().fetch(item.order(), item.partial(), progress);
      try {
        checked(before, item.partial(), sha);
      } catch (HeadClipException e) {
        item.partial().toFile().delete();
        throw e;
      }
      moved(item.partial(), item.content());
      ours = true;
    }
    item.link().run();
    return new Receipt.File(name, length(item.place()), sha, ours);
  }

  /** SHA-256 of a content that lies there, where it is what the hub says, or that says nothing. */
  private static Optional<String> good(Item item) {
    return Optional.of(item.content())
        .filter(Files::isRegularFile)
        .map(ContentDigest::sha256)
        .filter(sha -> item.order().digest().map(d -> d.fits(item.content(), sha)).orElse(true));
  }

  /** All of it together, too. */
  private void bounded() {
    long sum = items.stream().mapToLong(i -> i.order().size().orElse(0)).sum();
    if (sum > entry.limit()) {
      throw new HeadClipException(
          "%s: %s in all, expected %s at most"
              .formatted(entry.name(), Sizes.text(sum), Sizes.text(entry.limit())));
    }
  }

  private static void known(Item item, String sha, String name) {
    if (item.order().digest().isPresent() && !item.order().digest().get().fits(item.place(), sha)) {
      throw new HeadClipException(
          "%s: SHA-256 %s, expected %s; damaged on this machine, or the digest is another file's: 'headclip models prune %s' and fetch again"
              .formatted(item.place(), sha, item.order().digest().get(), name));
    }
  }

  /** What was fetched once stays what it is. */
  private void checked(Optional<Receipt.File> before, Path file, String sha) {
    if (before.isPresent() && !before.get().sha256().equals(sha)) {
      throw new HeadClipException(
          "%s: SHA-256 %s, expected %s as when it was fetched first; 'headclip models prune %s' forgets that"
              .formatted(file, sha, before.get().sha256(), entry.name()));
    }
  }

  /** A disk that is full at the end of an hour's fetching could be known before. */
  private void room() {
    try {
      Path home = folder.toAbsolutePath();
      while (home != null && !Files.isDirectory(home)) {
        home = home.getParent();
      }
      if (home == null) {
        return;
      }
      long free = Files.getFileStore(home).getUsableSpace();
      if (free < bytes()) {
        throw new HeadClipException(
            "%s: %s free, expected %s for %s"
                .formatted(home, Sizes.text(free), Sizes.text(bytes()), entry.name()));
      }
    } catch (IOException e) {
      // it will be seen when it is full
    }
  }

  private static void moved(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(to, AtomicFiles.reason(e)), e);
    }
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(file, AtomicFiles.reason(e)), e);
    }
  }
}
