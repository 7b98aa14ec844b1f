package dev.headclip.onnx;

import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.WorkFolder;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.TokenTaps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps recorded models of large backbones on disk: text tower, folding and quantization are done
 * once, later starts map the file.
 *
 * <p>Entries lie in the {@link CacheFolder}; the least used go where there are more than {@value
 * #KEPT}. A folder that cannot be written only costs the time.
 */
final class SessionCache {
  static final int KEPT = 4;
  private static final String MODEL = "model.onnx";
  // another way of recording makes other entries
  private static final String FORMAT = "3";
  // below this, recording costs less than looking
  private static final long SMALL = 64_000_000;

  private SessionCache() {}

  /**
   * @param like a class whose words have the shapes of the graph's inputs
   */
  static Ort.Open open(ClipModel model, EngineSettings settings, ClassName like) {
    Optional<Path> home =
        model.backbone().bytes() < SMALL ? Optional.empty() : CacheFolder.of("onnx");
    return open(model, settings, like, home);
  }

  /**
   * @param home folder of the entries; empty for none
   */
  static Ort.Open open(
      ClipModel model, EngineSettings settings, ClassName like, Optional<Path> home) {
    // what the machine cannot do ends here, before anything is recorded
    Ort.inference(settings).close();
    Precision precision = settings.precision();
    if (home.isPresent()) {
      Path entry = home.get().resolve(key(model, precision, like));
      for (int tries = 0; tries < 2; tries++) {
        try {
          if (!Files.exists(entry.resolve(MODEL))) {
            record(model, precision, like, entry);
            prune(home.get(), entry);
          }
          if (!CacheEntry.isWhole(entry)) {
            setAside(entry);
            continue;
          }
          touch(entry);
          return Ort.open(entry.resolve(MODEL), Ort.inference(settings));
        } catch (HeadClipException e) {
          // damaged: made anew once; or the disk is full: the model is made in passing
          setAside(entry);
        }
      }
    }
    return Ort.open(file(model, precision, like), Ort.inference(settings));
  }

  /** Another process may be about to do the same. */
  private static void setAside(Path entry) {
    try (WorkFolder folder = WorkFolder.in(entry.getParent())) {
      Files.move(entry, folder.path().resolve("old"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | HeadClipException e) {
      // gone already, or not ours to move
    }
  }

  /** The whole entry appears at once: two processes may make it at the same time. */
  private static void record(ClipModel model, Precision precision, ClassName like, Path entry) {
    try (WorkFolder folder = WorkFolder.in(entry.getParent())) {
      Path complete = folder.path().resolve("entry");
      file(model, precision, like).writeWithData(complete.resolve(MODEL));
      CacheEntry.seal(complete);
      Files.move(complete, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.exists(entry.resolve(MODEL))) {
        throw new HeadClipException(
            "%s: cannot be written (%s)".formatted(entry, AtomicFiles.reason(e)), e);
      }
    }
  }

  private static ModelFile file(ClipModel model, Precision precision, ClassName like) {
    Recorder recorder = new Recorder(model);
    return new ModelFile(recorder.network(Dialect.FUSED, precision, like), Map.of());
  }

  private static String key(ClipModel model, Precision precision, ClassName like) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part :
          List.of(
              FORMAT,
              model.backbone().stamp(),
              model.adapter().digest(),
              model.method(),
              model.adapter().method().json().toString(),
              precision.key(),
              model.taps().map(TokenTaps::toString).orElse(""),
              like.equals(ClassName.unknown()) ? "" : like.text())) {
        sha.update(part.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void touch(Path entry) {
    try {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // it is only forgotten sooner
    }
  }

  private static void prune(Path home, Path latest) {
    try (Stream<Path> all = Files.list(home)) {
      Map<Boolean, List<Path>> folders =
          all.filter(p -> Files.isDirectory(p) && !p.equals(latest) && isOurs(p))
              .collect(Collectors.partitioningBy(p -> p.getFileName().toString().startsWith(".")));
      folders.get(false).stream()
          .sorted(Comparator.comparing((Path p) -> p.toFile().lastModified()).reversed())
          .skip(KEPT - 1)
          .forEach(AtomicFiles::deleteTree);
      // what a killed process left
      long yesterday = System.currentTimeMillis() - 86_400_000;
      folders.get(true).stream()
          .filter(p -> p.toFile().lastModified() < yesterday)
          .forEach(AtomicFiles::deleteTree);
    } catch (IOException | UncheckedIOException | HeadClipException e) {
      // another process may hold or remove them
    }
  }

  private static boolean isOurs(Path p) {
    return p.getFileName().toString().matches("[0-9a-f]{32}|\\.headclip-.*");
  }
}
