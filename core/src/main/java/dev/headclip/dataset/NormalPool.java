package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Where a class's normal references come from: its training folder's normal images where the layout
 * has such ({@code CLASS/train/good} beside {@code CLASS/test}), else its own normal images, which
 * then are not judged.
 *
 * @param images by name
 * @param ofTheSet whether they are images of the set itself
 */
public record NormalPool(List<Path> images, boolean ofTheSet) {
  public NormalPool {
    images = List.copyOf(images);
  }

  /** A class's. */
  public static NormalPool of(AnnotatedSet set, String category) {
    List<Sample> own = set.samples().stream().filter(s -> s.category().equals(category)).toList();
    for (Sample s : own) {
      Optional<Path> train = trainFolder(s.image());
      if (train.isPresent()) {
        List<Path> found = new ArrayList<>();
        for (String name : MvtecLayout.NORMAL) {
          Folders.child(train.get(), name).ifPresent(f -> found.addAll(normals(f)));
        }
        if (!found.isEmpty()) {
          return new NormalPool(found.stream().sorted().toList(), false);
        }
      }
    }
    return new NormalPool(
        own.stream().filter(s -> !s.anomalous()).map(Sample::image).toList(), true);
  }

  /** Names, sizes and times of all classes': shows that something changed without reading it. */
  public static String digest(AnnotatedSet set) {
    return DataDigest.of(
        set.samples().stream()
            .map(Sample::category)
            .distinct()
            .flatMap(c -> of(set, c).images().stream())
            .map(FileState::of)
            .collect(Collectors.joining("\n")));
  }

  /** MVTec 3D-AD has depths in a folder beside the colours. */
  private static List<Path> normals(Path folder) {
    return Folders.imagesInDepth(Folders.child(folder, "rgb").orElse(folder));
  }

  private static Optional<Path> trainFolder(Path image) {
    for (Path p = image.toAbsolutePath().normalize(); p.getParent() != null; p = p.getParent()) {
      String name = Folders.name(p).toLowerCase(Locale.ROOT);
      if (name.equals("test") || name.equals("test_public")) {
        return Folders.child(p.getParent(), "train");
      }
    }
    return Optional.empty();
  }

  /** So many of them, drawn by a seed; fewer references of a seed are among its more ones. */
  public List<Path> drawn(int count, long seed) {
    List<Path> all = new ArrayList<>(images);
    // a seed is scrambled first: small ones would draw alike
    SplittableRandom r = new SplittableRandom(new SplittableRandom(seed).nextLong());
    for (int i = 0; i < Math.min(count, all.size()); i++) {
      int j = i + r.nextInt(all.size() - i);
      Path p = all.get(i);
      all.set(i, all.get(j));
      all.set(j, p);
    }
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }
}
