package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Published models on this machine.
 *
 * <pre>{@code
 * Hub hub = Hub.ofEnvironment();
 * CatalogueEntry clip = hub.entry("clip-vit-large-patch14-336");
 * Path folder = hub.here(clip).orElseGet(() -> hub.plan(clip).run(FetchProgress.NONE));
 * }</pre>
 *
 * Thread-safe.
 */
public final class Hub {
  private static final String ADAPTER = "adapter.safetensors";

  /** Configurations, tables of words, indexes of weights. */
  private static final long LONGEST_TEXT = 50_000_000;

  private final HubSettings settings;
  private final Catalogue catalogue;
  private final HubCache cache;
  private final Http http;

  /**
   * With settings and a catalogue of one's own.
   *
   * @param notes hears of connections that failed and are tried again, a line each
   */
  public Hub(HubSettings settings, Catalogue catalogue, Consumer<String> notes) {
    this.settings = settings;
    this.catalogue = catalogue;
    this.cache = new HubCache(settings);
    this.http = new Http(settings, notes);
  }

  /**
   * As the process's variables say: see {@link HubSettings}; {@code HEADCLIP_CATALOGUE} is a file
   * of further entries.
   */
  public static Hub ofEnvironment() {
    return of(HubSettings.of(System.getenv()), n -> {});
  }

  /** The same under settings of one's own. */
  public static Hub of(HubSettings settings, Consumer<String> notes) {
    Catalogue shipped = Catalogue.shipped();
    String more = settings.environment().getOrDefault("HEADCLIP_CATALOGUE", "");
    return new Hub(settings, more.isBlank() ? shipped : shipped.with(Path.of(more)), notes);
  }

  public HubSettings settings() {
    return settings;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  /**
   * What a name stands for: the catalogue's, {@code owner/name[@revision]} of Hugging Face's hub,
   * or an address.
   *
   * @throws HeadClipException where it can be none of them
   */
  public CatalogueEntry entry(String name) {
    return HubNames.entry(catalogue, name);
  }

  /**
   * The same for a file at an address whose digest is known.
   *
   * @param sha256 in hexadecimal, or its beginning
   */
  public CatalogueEntry entry(String name, String sha256) {
    CatalogueEntry e = entry(name);
    if (!(e.origin() instanceof Origin.Web w) || w.files().size() != 1) {
      throw new HeadClipException("%s: a digest is for one file at an address".formatted(name));
    }
    try {
      Origin.WebFile f = w.files().get(0);
      String hex = sha256.toLowerCase(Locale.ROOT);
      return e.from(new Origin.Web(List.of(new Origin.WebFile(f.address(), f.name(), hex))));
    } catch (IllegalArgumentException x) {
      throw new HeadClipException(x.getMessage(), x);
    }
  }

  /** Whether a name can stand for something that is published. */
  public boolean knows(String name) {
    return HubNames.possible(catalogue, name);
  }

  /** Its folder, where all of it is here; nothing is asked of anybody. */
  public Optional<Path> here(CatalogueEntry e) {
    Optional<Receipt> receipt = receipt(e).filter(Receipt::isWhole).filter(r -> fits(r, e));
    if (receipt.isPresent()) {
      return receipt.map(r -> Path.of(r.folder()));
    }
    // another program's
    return e.origin() instanceof Origin.Repository r
        ? cache.commit(r).map(c -> cache.snapshot(r, c)).filter(f -> isWhole(f, r))
        : Optional.empty();
  }

  /** Whether what was fetched is what is published now. */
  private static boolean fits(Receipt r, CatalogueEntry e) {
    return !(e.origin() instanceof Origin.Web w)
        || w.files().stream()
            .allMatch(
                f -> r.file(f.name()).filter(k -> k.sha256().startsWith(f.sha256())).isPresent());
  }

  /** What was fetched for it, from where it is published now. */
  public Optional<Receipt> receipt(CatalogueEntry e) {
    return Receipt.read(cache.receipt(e.name())).filter(r -> r.origin().equals(e.origin().text()));
  }

  /** Its files on this machine; not those that others have put beside them. */
  public List<Path> files(CatalogueEntry e) {
    Optional<Receipt> receipt = receipt(e);
    if (receipt.isPresent()) {
      Path folder = Path.of(receipt.get().folder());
      return receipt.get().files().stream().map(f -> folder.resolve(f.name())).toList();
    }
    Optional<Path> folder = here(e);
    if (folder.isEmpty() || !(e.origin() instanceof Origin.Repository r)) {
      return List.of();
    }
    List<String> there = listed(folder.get());
    return r.files().stream()
        .flatMap(w -> w.among(there).stream())
        .map(folder.get()::resolve)
        .toList();
  }

  /** Removes what the same name stood for before. */
  void dropOther(CatalogueEntry e) {
    Receipt.read(cache.receipt(e.name()))
        .filter(r -> !r.origin().equals(e.origin().text()))
        .ifPresent(
            r -> {
              cache.remove(r);
              delete(cache.receipt(e.name()));
            });
  }

  /** All that was ever fetched and not removed. */
  public List<Receipt> receipts() {
    return cache.allReceipts();
  }

  /**
   * Asks what there is to fetch.
   *
   * @throws HeadClipException offline, or where it is not there
   */
  public Fetch plan(CatalogueEntry e) {
    if (settings.offline()) {
      throw new HeadClipException(
          "%s: not on this machine, and nothing is fetched offline; 'headclip models fetch %s' with a network"
              .formatted(e.name(), e.name()));
    }
    return e.origin() instanceof Origin.Repository r
        ? planned(e, r)
        : planned(e, (Origin.Web) e.origin());
  }

  private Fetch planned(CatalogueEntry e, Origin.Repository r) {
    HubRepository hub = new HubRepository(http, settings, r);
    Optional<Receipt> before = receipt(e);
    HubRepository.Listing listing = hub.list(before.map(Receipt::revision).orElse(r.revision()));
    String commit = listing.commit();
    Path folder = cache.snapshot(r, commit);
    Set<String> names = new LinkedHashSet<>();
    for (String name : wanted(e, r, listing.files())) {
      names.add(name);
      if (WeightIndex.is(name)) {
        names.addAll(hub.shards(commit, name));
      }
    }
    List<Fetch.Item> items = names.stream().map(name -> item(e, r, hub, commit, name)).toList();
    return new Fetch(this, e, settings.endpoint().getHost(), commit, folder, items);
  }

  private Fetch.Item item(
      CatalogueEntry e, Origin.Repository r, HubRepository hub, String commit, String name) {
    HubRepository.Facts f = hub.facts(commit, name);
    Path blob = cache.blob(r, f.tag());
    return new Fetch.Item(
        new Downloader.Order(
            hub.address(commit, name),
            name,
            f.size(),
            name.matches(".*\\.(json|txt)") ? Math.min(LONGEST_TEXT, e.limit()) : e.limit(),
            f.digest()),
        cache.snapshot(r, commit).resolve(name),
        blob,
        () -> cache.link(r, commit, name, blob));
  }

  private static List<String> wanted(CatalogueEntry e, Origin.Repository r, List<String> there) {
    List<String> found = new ArrayList<>();
    for (WantedFile w : r.files()) {
      Optional<String> name = w.among(there);
      if (name.isEmpty() && w.required()) {
        throw new HeadClipException(
            "%s: the repository has no %s, found %s"
                .formatted(e.name(), w, there.stream().limit(20).toList()));
      }
      name.ifPresent(found::add);
    }
    if (found.stream().noneMatch(Hub::holdsWeights)) {
      throw new HeadClipException(
          "%s: no weights in the repository, found %s"
              .formatted(e.name(), there.stream().limit(20).toList()));
    }
    return found;
  }

  private Fetch planned(CatalogueEntry e, Origin.Web web) {
    Path folder = cache.web(e);
    List<Fetch.Item> items = new ArrayList<>();
    for (Origin.WebFile f : web.files()) {
      Path to = folder.resolve(f.name());
      var size =
          http.ask(
              "HEAD",
              f.address(),
              Map::of,
              () -> 0,
              // some servers do not know the question: the size comes with the file
              r -> r.status() / 100 == 2 ? r.length() : OptionalLong.empty());
      items.add(
          new Fetch.Item(
              new Downloader.Order(
                  f.address(), f.name(), size, e.limit(), ContentDigest.sha256(f.sha256())),
              to,
              to,
              () -> {}));
    }
    return new Fetch(this, e, web.files().get(0).address().getHost(), "", folder, items);
  }

  /** Whether another program has fetched what is wanted. */
  private static boolean isWhole(Path folder, Origin.Repository r) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try {
      List<String> there = listed(folder);
      boolean required =
          r.files().stream().filter(WantedFile::required).allMatch(w -> w.among(there).isPresent());
      for (String index : there) {
        if (WeightIndex.is(index) && !there.containsAll(shards(folder.resolve(index)))) {
          return false;
        }
      }
      if (!r.files().equals(HubNames.USUAL)) {
        return required;
      }
      // the usual files may all be absent, but not all at once: open_clip fetches its weights alone
      boolean weights =
          r.files().stream().flatMap(w -> w.among(there).stream()).anyMatch(Hub::holdsWeights);
      boolean open = there.contains("open_clip_config.json");
      boolean sizes = open || there.contains("config.json");
      boolean pixels =
          open
              || there.contains("preprocessor_config.json")
              || there.contains("processor_config.json");
      return weights && (sizes && pixels || there.contains(ADAPTER));
    } catch (HeadClipException x) {
      return false;
    }
  }

  private static boolean holdsWeights(String name) {
    return WeightIndex.isWeights(name) || WeightIndex.is(name);
  }

  private static Set<String> shards(Path index) {
    try {
      return WeightIndex.shards(index.toString(), Files.readAllBytes(index));
    } catch (IOException x) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(index, AtomicFiles.reason(x)), x);
    }
  }

  /** Names of all files, with slashes between their parts. */
  private static List<String> listed(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(p -> folder.relativize(p).toString().replace('\\', '/'))
          .toList();
    } catch (IOException | UncheckedIOException x) {
      throw new HeadClipException("%s: cannot be listed (%s)".formatted(folder, x), x);
    }
  }

  /**
   * Reads all that is here of an entry and compares it with what was fetched first.
   *
   * @return names of files that are not as they were
   */
  public List<String> damaged(CatalogueEntry e) {
    List<String> bad = new ArrayList<>();
    for (Receipt r : receipt(e).stream().toList()) {
      for (Receipt.File f : r.files()) {
        Path file = Path.of(r.folder()).resolve(f.name());
        if (Files.isRegularFile(file) && !ContentDigest.sha256(file).equals(f.sha256())) {
          bad.add(f.name());
        }
      }
    }
    return bad;
  }

  /** Removes damaged files of what was fetched, so that they can be fetched again. */
  public void dropDamaged(CatalogueEntry e, List<String> files) {
    try (HubCache.Lock lock = cache.lock(cache.home(e), () -> {})) {
      cache.drop(receipt(e).orElseThrow(), files);
    }
  }

  /** Removes what this program fetched for an entry, and forgets its digests; bytes come back. */
  public long remove(Receipt r) {
    try (HubCache.Lock lock = cache.lock(HubCache.home(r), () -> {})) {
      long freed = cache.remove(r);
      delete(cache.receipt(r.name()));
      return freed;
    }
  }

  /** Removes what was begun and not ended; bytes come back. */
  public long removePartial() {
    long freed = 0;
    for (Path p : cache.partial()) {
      Path folder = p.getParent().endsWith("blobs") ? p.getParent().getParent() : p.getParent();
      try (HubCache.Lock lock = cache.lock(folder.getFileName().toString(), () -> {})) {
        freed += p.toFile().length();
        delete(p);
      }
    }
    return freed;
  }

  private static void delete(Path p) {
    try {
      Files.deleteIfExists(p);
    } catch (IOException x) {
      throw new HeadClipException(
          "%s: cannot be removed (%s)".formatted(p, AtomicFiles.reason(x)), x);
    }
  }

  HubCache cache() {
    return cache;
  }

  Downloader downloader() {
    return new Downloader(http, settings);
  }
}
