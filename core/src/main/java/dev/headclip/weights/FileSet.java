package dev.headclip.weights;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Files that belong together: of a folder, or in memory. */
public sealed interface FileSet {
  boolean has(String name);

  /** The names of all files, sorted. */
  List<String> names();

  /** The content of a file. */
  byte[] read(String name);

  /** A file's name for messages. */
  String describe(String name);

  /** The set's name for messages. */
  String describe();

  /**
   * The files of a folder.
   *
   * @param folder that exists
   */
  record OnDisk(Path folder) implements FileSet {
    @Override
    public boolean has(String name) {
      return Files.isRegularFile(folder.resolve(name));
    }

    @Override
    public List<String> names() {
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .filter(Files::isRegularFile)
            .map(f -> f.getFileName().toString())
            .sorted()
            .toList();
      } catch (IOException e) {
        throw new HeadClipException(
            "%s: cannot be read (%s)".formatted(folder, AtomicFiles.reason(e)), e);
      }
    }

    @Override
    public byte[] read(String name) {
      try {
        return Files.readAllBytes(RegularFiles.required(folder.resolve(name)));
      } catch (IOException e) {
        throw new HeadClipException(
            "%s: cannot be read (%s)".formatted(describe(name), AtomicFiles.reason(e)), e);
      }
    }

    @Override
    public String describe(String name) {
      return folder.resolve(name).toString();
    }

    @Override
    public String describe() {
      return folder.toString();
    }
  }

  /**
   * Files in memory.
   *
   * @param origin for messages
   * @param content by name; shared, not copied
   */
  record InMemory(String origin, Map<String, byte[]> content) implements FileSet {
    public InMemory {
      content = Map.copyOf(content);
    }

    @Override
    public boolean has(String name) {
      return content.containsKey(name);
    }

    @Override
    public List<String> names() {
      return content.keySet().stream().sorted().toList();
    }

    @Override
    public byte[] read(String name) {
      byte[] found = content.get(name);
      if (found == null) {
        throw new HeadClipException("%s: no such file".formatted(describe(name)));
      }
      return found;
    }

    @Override
    public String describe(String name) {
      return origin + "/" + name;
    }

    @Override
    public String describe() {
      return origin;
    }
  }
}
