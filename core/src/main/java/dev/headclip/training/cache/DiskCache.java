package dev.headclip.training.cache;

import dev.headclip.HeadClipException;
import dev.headclip.tensor.HostTensor;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Records as safetensors files: one folder per key of data and settings, one file per image, named
 * by the image's digest. So what is stale is never found. A file that is not whole is taken for
 * absent. Files of other keys make room, oldest first.
 */
final class DiskCache implements FeatureCache {
  private static final String CHECKSUM = "crc32c";
  private static final String SUFFIX = ".safetensors";
  private static final String FILE = "[0-9a-f]{64}\\" + SUFFIX;

  private final Learner learner;
  private final Path root;
  private final Path folder;
  private final boolean half;
  private final long limit;
  private long bytes;
  private boolean full;

  /**
   * @param root of all caches; the limit is for all of it
   * @param key digest of everything that records depend on but for the image
   * @param half whether numbers are kept in half precision; they have been rounded to it already
   * @param limit bytes
   */
  DiskCache(Learner learner, Path root, String key, boolean half, long limit) {
    this.learner = learner;
    this.root = root;
    this.folder = root.resolve(key.substring(0, 16));
    this.half = half;
    this.limit = limit;
    try {
      Files.createDirectories(folder);
      bytes = bytes(root);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be made (%s)".formatted(folder, e), e);
    }
  }

  private Path file(String image) {
    return folder.resolve(image + SUFFIX);
  }

  @Override
  public boolean has(String image) {
    return Files.isRegularFile(file(image));
  }

  @Override
  public Optional<Frozen> get(String image) {
    if (!has(image)) {
      return Optional.empty();
    }
    try (SafetensorsFile f = SafetensorsFile.open(file(image));
        Learner.Loading loading = learner.load()) {
      CRC32C sum = new CRC32C();
      f.tensors()
          .forEach(
              (name, info) ->
                  f.read(
                      name,
                      b -> {
                        sum.update(b.duplicate());
                        loading.add(name, info.shape(), b);
                      }));
      return Long.toString(sum.getValue()).equals(f.metadata().get(CHECKSUM))
          ? Optional.of(loading.done())
          : Optional.empty();
    } catch (HeadClipException e) {
      // cut short or overwritten: it is computed anew
      return Optional.empty();
    }
  }

  @Override
  public void put(String image, Frozen part) {
    long size = part.numbers() * (half ? 2 : 4);
    if (full || !roomFor(size)) {
      full = true;
      return;
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    CRC32C sum = new CRC32C();
    for (String name : part.names()) {
      long[] shape = part.shape(name);
      float[] data = new float[Math.toIntExact(HostTensor.elements(shape))];
      part.read(
          name,
          b -> {
            sum.update(b.duplicate());
            b.asFloatBuffer().get(data);
          });
      tensors.put(name, new HostTensor(shape, data));
    }
    try {
      SafetensorsWriter.write(
          file(image), tensors, Map.of(CHECKSUM, Long.toString(sum.getValue())), half);
      bytes += size;
    } catch (HeadClipException e) {
      // a full disk must not end a training that can do without
      full = true;
    }
  }

  private boolean roomFor(long size) {
    if (bytes + size > limit) {
      removeOthers(bytes + size - limit);
    }
    return bytes + size <= limit;
  }

  private void removeOthers(long wanted) {
    try {
      List<Path> others =
          files(root)
              .filter(f -> !f.startsWith(folder))
              .sorted(Comparator.comparing(DiskCache::modified))
              .toList();
      long freed = 0;
      for (Path f : others) {
        if (freed >= wanted) {
          break;
        }
        freed += f.toFile().length();
        Files.deleteIfExists(f);
      }
      bytes -= freed;
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be tidied (%s)".formatted(root, e), e);
    }
  }

  private static FileTime modified(Path f) {
    try {
      return Files.getLastModifiedTime(f);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of a cache's files. */
  static long bytes(Path root) {
    try {
      return Files.isDirectory(root) ? files(root).mapToLong(f -> f.toFile().length()).sum() : 0;
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(root, e), e);
    }
  }

  /** Deletes a cache's files and the folders that are empty then. */
  static void remove(Path root) {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root, 2)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path p : deepestFirst) {
        String name = p.getFileName().toString();
        if (Files.isDirectory(p)) {
          deleteIfEmpty(p);
        } else if (name.matches(FILE) || name.matches("\\.headclip-.*\\.tmp")) {
          Files.deleteIfExists(p);
        }
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be removed (%s)".formatted(root, e), e);
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try (Stream<Path> rest = Files.list(folder)) {
      if (rest.findAny().isPresent()) {
        return;
      }
    }
    Files.delete(folder);
  }

  /** The cache's own files two levels below; nothing else is ever counted or touched. */
  private static Stream<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root, 2)) {
      return all.filter(f -> f.getFileName().toString().matches(FILE)).toList().stream();
    }
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public String description() {
    return "in %s, at most %s".formatted(root, ByteSize.text(limit));
  }

  @Override
  public void close() {}
}
