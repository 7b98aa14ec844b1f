package dev.headclip.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was fetched once: every later time must bring the same.
 *
 * @param name the entry's
 * @param origin what it was fetched from, see {@link Origin#text}: another one's receipt is none
 * @param revision commit; empty for files at addresses of their own
 * @param folder where they are
 * @param date of the first time
 * @param whole whether all was fetched; else some of it
 * @param files of it
 */
public record Receipt(
    String name,
    String origin,
    String revision,
    String folder,
    String date,
    boolean whole,
    List<File> files) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A file.
   *
   * @param name inside the folder
   * @param bytes its size
   * @param sha256 of its content
   * @param ours whether it was fetched by this program, and may be removed by it
   */
  public record File(String name, long bytes, String sha256, boolean ours) {
    public File {
      Objects.requireNonNull(name);
      Objects.requireNonNull(sha256);
    }
  }

  public Receipt {
    for (String field : new String[] {name, origin, revision, folder, date}) {
      Objects.requireNonNull(field);
    }
    files = List.copyOf(files);
    files.forEach(f -> SafeNames.check(f.name()));
  }

  /** All bytes. */
  public long bytes() {
    return files.stream().mapToLong(File::bytes).sum();
  }

  /** One of its files. */
  Optional<File> file(String file) {
    return files.stream().filter(f -> f.name().equals(file)).findFirst();
  }

  /** Whether all was fetched and is there at its size. */
  boolean isWhole() {
    return whole
        && files.stream().allMatch(f -> isThere(Path.of(folder).resolve(f.name()), f.bytes()));
  }

  private static boolean isThere(Path file, long bytes) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == bytes;
    } catch (IOException e) {
      return false;
    }
  }

  void write(Path to) {
    try {
      AtomicFiles.writeText(to, JSON.writeValueAsString(this) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Optional<Receipt> read(Path from) {
    if (!Files.isRegularFile(from)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(from), Receipt.class));
    } catch (IOException | RuntimeException e) {
      throw new HeadClipException(
          "%s: not a list of what was fetched; delete it to fetch anew".formatted(from), e);
    }
  }
}
