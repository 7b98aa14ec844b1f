package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.FileState;
import dev.headclip.hub.CatalogueEntry;
import dev.headclip.hub.Hub;
import dev.headclip.method.AdapterFile;
import dev.headclip.model.BuiltInModels;
import dev.headclip.model.CheckpointImport;
import dev.headclip.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Published models in the place of paths: {@code clip-vit-large-patch14-336+anomalyclip}. What is
 * missing is fetched, an author's checkpoint becomes an adapter, once.
 */
final class Places {
  /** Name of an adapter that was made of a checkpoint. */
  private static final String MADE = ".*-[0-9a-f]{12}\\.safetensors";

  private final Supplier<Hub> hubs;
  private Optional<Hub> hub = Optional.empty();

  /**
   * @param hubs asked when a name is no path
   */
  Places(Supplier<Hub> hubs) {
    this.hubs = hubs;
  }

  /**
   * A model on this machine.
   *
   * @param place a built-in name, a folder or a file
   * @param adapter its adapter, where that lies elsewhere
   * @param name for reports: what was written
   * @param published whether any of it lies in the cache and is not the user's to change
   */
  record Found(String place, Optional<Path> adapter, String name, boolean published) {
    /** Its name, where the place would be a stranger's. */
    Optional<String> shown() {
      return published ? Optional.of(name) : Optional.empty();
    }
  }

  /**
   * Of {@code MODEL}, {@code BACKBONE+ADAPTER}, or an adapter whose backbone is known.
   *
   * @param alone whether a CLIP without an adapter is of no use
   */
  Found model(String written, boolean alone) {
    if (isHere(written)) {
      return new Found(written, Optional.empty(), written, false);
    }
    int plus = written.lastIndexOf('+');
    // an address may have one, too
    boolean both =
        plus > 0
            && plus < written.length() - 1
            && (!isAddress(written) || isNamed(written.substring(plus + 1)));
    if (both) {
      String backbone = backbone(written.substring(0, plus));
      return new Found(
          backbone, Optional.of(adapter(written.substring(plus + 1), backbone)), written, true);
    }
    if (!hub().knows(written)) {
      if (written.matches("[\\w.-]+") && !written.contains(".")) {
        // says which names there are
        hub().entry(written);
      }
      return new Found(written, Optional.empty(), written, false);
    }
    CatalogueEntry e = hub().entry(written);
    if (e.kind() == CatalogueEntry.Kind.ADAPTER && e.backbone().isPresent()) {
      String backbone = backbone(e.backbone().get());
      return new Found(backbone, Optional.of(adapter(written, backbone)), written, true);
    }
    if (alone && hub().catalogue().find(written).isPresent()) {
      throw new HeadClipException(
          "%s: a CLIP without an adapter; write --model %s+ADAPTER (%s), or --backbone %s and a --method that learns nothing"
              .formatted(written, written, String.join(", ", adapters()), written));
    }
    return new Found(folder(e).toString(), Optional.empty(), written, true);
  }

  private List<String> adapters() {
    return hub().catalogue().entries().stream()
        .filter(e -> e.kind() == CatalogueEntry.Kind.ADAPTER)
        .map(CatalogueEntry::name)
        .toList();
  }

  /** A CLIP: as it is written where it is here, else the folder that it was fetched into. */
  String backbone(String written) {
    if (isHere(written) || !hub().knows(written)) {
      return written;
    }
    CatalogueEntry e = hub().entry(written);
    if (e.kind() == CatalogueEntry.Kind.ADAPTER) {
      throw new HeadClipException(
          "%s: an adapter, expected a CLIP%s"
              .formatted(written, e.backbone().map(b -> "; it goes with " + b).orElse("")));
    }
    return folder(e).toString();
  }

  /** The CLIP of an adapter that is published. */
  Optional<String> backboneOf(String adapter) {
    return isHere(adapter) || !hub().knows(adapter)
        ? Optional.empty()
        : hub().entry(adapter).backbone();
  }

  /**
   * An adapter's file.
   *
   * @param backbone that it goes with, on this machine
   */
  Path adapter(String written, String backbone) {
    if (isHere(written) || !hub().knows(written)) {
      Path file = path(written);
      boolean foreign = written.matches(".*\\.(pth|pt|bin)") && Files.isRegularFile(file);
      return foreign ? imported(file, written, Optional.empty(), backbone) : file;
    }
    CatalogueEntry e = hub().entry(written);
    Path file = checkpoint(folder(e), e);
    return AdapterFile.is(file) ? file : imported(file, e.name(), e.preset(), backbone);
  }

  /** Made once and kept. */
  private Path imported(Path file, String name, Optional<String> preset, String backbone) {
    try (Backbone b = Model.backbone(backbone)) {
      String plain = name.replaceFirst(".*[/\\\\]", "").replaceAll("[^\\w.-]", "-");
      String made = FileState.of(file) + preset + Version.text() + b.config();
      Path to =
          hub()
              .settings()
              .cache()
              .resolve("adapters")
              .resolve("%s-%.12s.safetensors".formatted(plain, DataDigest.of(made)));
      if (!Files.isRegularFile(to)) {
        AdapterFile.write(
            to,
            new CheckpointImport(file, Optional.empty(), Optional.of(b.config()), preset)
                .adapter());
      }
      return to;
    }
  }

  /** Removes the adapters that were made here. */
  static void forget(Hub hub) {
    Path home = hub.settings().cache().resolve("adapters");
    if (Files.isDirectory(home)) {
      try (Stream<Path> all = Files.list(home)) {
        for (Path p : all.filter(p -> p.toString().matches(MADE)).toList()) {
          Files.delete(p);
        }
      } catch (IOException | UncheckedIOException e) {
        throw new HeadClipException("%s: cannot be removed (%s)".formatted(home, e), e);
      }
    }
  }

  private Path checkpoint(Path folder, CatalogueEntry e) {
    List<Path> files = hub().files(e);
    Path own = folder.resolve(Model.ADAPTER);
    if (files.contains(own)) {
      return own;
    }
    List<Path> found =
        files.stream().filter(p -> p.toString().matches(".*\\.(safetensors|pth|pt|bin)")).toList();
    if (found.size() != 1) {
      throw new HeadClipException(
          "%s: %d weight files, expected adapter.safetensors or one checkpoint"
              .formatted(e.name(), found.size()));
    }
    return found.get(0);
  }

  private Path folder(CatalogueEntry e) {
    return hub().here(e).orElseGet(() -> FetchLine.run(hub().plan(e)));
  }

  private Hub hub() {
    if (hub.isEmpty()) {
      hub = Optional.of(hubs.get());
    }
    return hub.get();
  }

  /** A built-in model, or anything that lies there or in a folder that does. */
  private static boolean isHere(String written) {
    if (isAddress(written)) {
      return false;
    }
    try {
      Path path = Path.of(written);
      return BuiltInModels.names().contains(written)
          || Files.exists(path)
          || path.getParent() != null && Files.isDirectory(path.getParent());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isAddress(String written) {
    return written.matches("https?://.*");
  }

  /** An adapter of the catalogue, or one that lies here. */
  private boolean isNamed(String adapter) {
    return hub().catalogue().find(adapter).isPresent() || isHere(adapter);
  }

  private static Path path(String written) {
    try {
      return Path.of(written);
    } catch (InvalidPathException e) {
      throw new HeadClipException("%s: no such file".formatted(written), e);
    }
  }
}
