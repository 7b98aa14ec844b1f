package dev.headclip.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The checkpoints of one run in a folder of their own; the newest few are kept. */
final class Checkpoints {
  private static final int KEPT = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private Optional<Path> last = Optional.empty();

  Checkpoints(Path folder) {
    this.folder = folder;
  }

  /** The newest good checkpoint of this process or the one it went on from. */
  Optional<Path> last() {
    return last;
  }

  Path save(TrainingState s, Checkpoint.Header header) {
    Path file = folder.resolve("epoch-%04d-step-%06d.safetensors".formatted(s.epoch(), s.step));
    Checkpoint.write(file, s, header);
    last = Optional.of(file);
    List<Path> all = newestFirst();
    for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
      delete(old);
    }
    return file;
  }

  /** Whether there is anything to go on from. */
  boolean any() {
    return !newestFirst().isEmpty();
  }

  /**
   * Goes on from the newest checkpoint that is whole; those that are not are renamed and told.
   *
   * @param fresh takes the checkpoint's state
   * @throws HeadClipException where the checkpoint belongs to a run of other settings or data
   */
  Optional<Checkpoint.Header> resume(
      TrainingState fresh, Map<String, Object> identity, Consumer<String> remarks) {
    for (Path file : newestFirst()) {
      Optional<Checkpoint.Header> header = whole(file, remarks);
      if (header.isPresent()) {
        requireSame(header.get().identity(), identity);
        last = Optional.of(file);
        return Optional.of(Checkpoint.read(file, fresh));
      }
    }
    return Optional.empty();
  }

  private static Optional<Checkpoint.Header> whole(Path file, Consumer<String> remarks) {
    try {
      return Optional.of(Checkpoint.header(file));
    } catch (HeadClipException e) {
      remarks.accept("%s is damaged; going on from the one before it".formatted(file));
      setAside(file);
      return Optional.empty();
    }
  }

  private void requireSame(Map<String, Object> found, Map<String, Object> wanted) {
    differences(found, wanted)
        .ifPresent(
            d -> {
              throw new HeadClipException(
                  "resume: %s holds another run: %s; use the same settings and data, or remove that folder to start anew"
                      .formatted(folder, d));
            });
  }

  /** What differs, in words; empty where nothing does. */
  static Optional<String> differences(Map<String, Object> found, Map<String, Object> wanted) {
    TreeSet<String> keys = new TreeSet<>(found.keySet());
    keys.addAll(wanted.keySet());
    List<String> all =
        keys.stream()
            .filter(k -> !json(found.get(k)).equals(json(wanted.get(k))))
            .map(k -> "%s was %s, is now %s".formatted(k, json(found.get(k)), json(wanted.get(k))))
            .toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }

  private static String json(Object value) {
    JsonNode n = JSON.valueToTree(value);
    return n == null || n.isNull() ? "absent" : n.toString();
  }

  private List<Path> newestFirst() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("epoch-\\d+-step-\\d+\\.safetensors"))
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(folder, e), e);
    }
  }

  private static void setAside(Path file) {
    try {
      Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be renamed (%s)".formatted(file, e), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be deleted (%s)".formatted(file, e), e);
    }
  }
}
