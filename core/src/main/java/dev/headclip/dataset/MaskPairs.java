package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Which mask belongs to which image: by name, the mask's being the image's with or without one of
 * the usual additions; else by the numbers in both names; else in order, as the reference scripts
 * do always (docs/spec/datasets.md section 0), which is said with the pairs.
 */
final class MaskPairs {
  private static final List<String> ENDINGS =
      List.of("", "_mask", "_label", "_segmentation", "_gt", "_ground_truth", "-mask", "-gt");
  private static final List<String> BEGINNINGS = List.of("mask_", "gt_", "label_");
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final int NAMED = 3;

  private MaskPairs() {}

  /**
   * Masks by image; an image without one is absent.
   *
   * @param home of both, for remarks
   * @param remarks told of what was guessed and of masks that are left over
   * @throws HeadClipException where nothing tells which belongs to which
   */
  static Map<Path, Path> of(
      Path home, List<Path> images, List<Path> masks, Consumer<String> remarks) {
    return of(home, images, masks, Folders::stem, remarks);
  }

  /**
   * The same.
   *
   * @param stem what an image's and a mask's name are compared by
   */
  static Map<Path, Path> of(
      Path home,
      List<Path> images,
      List<Path> masks,
      Function<Path, String> stem,
      Consumer<String> remarks) {
    Map<Path, Path> pairs = byName(images, masks, stem);
    if (masks.isEmpty() || pairs.size() == images.size()) {
      leftOver(home, masks, pairs, remarks);
      return pairs;
    }
    List<Path> openImages = images.stream().filter(i -> !pairs.containsKey(i)).toList();
    List<Path> openMasks = masks.stream().filter(m -> !pairs.containsValue(m)).toList();
    Map<Path, Path> numbered = byNumber(openImages, openMasks, stem);
    if (!numbered.isEmpty()) {
      remarks.accept(
          "%s: %d masks paired by the numbers in their names (%s)"
              .formatted(home, numbered.size(), some(numbered)));
    }
    pairs.putAll(numbered);
    if (pairs.isEmpty()) {
      pairs.putAll(inOrder(home, images, masks, remarks));
    }
    leftOver(home, masks, pairs, remarks);
    return pairs;
  }

  private static Map<Path, Path> inOrder(
      Path home, List<Path> images, List<Path> masks, Consumer<String> remarks) {
    if (images.size() != masks.size()) {
      throw new HeadClipException(
          "%s: %d images and %d masks have neither names nor numbers in common, as %s and %s; name the masks after their images"
              .formatted(
                  home,
                  images.size(),
                  masks.size(),
                  Folders.name(images.get(0)),
                  Folders.name(masks.get(0))));
    }
    Map<Path, Path> pairs = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      pairs.put(images.get(i), masks.get(i));
    }
    remarks.accept(
        "%s: no name and no number tells which mask belongs to which image; taken in order of their names (%s)"
            .formatted(home, some(pairs)));
    return pairs;
  }

  private static String some(Map<Path, Path> pairs) {
    List<String> shown =
        pairs.entrySet().stream()
            .limit(NAMED)
            .map(e -> Folders.name(e.getKey()) + " with " + Folders.name(e.getValue()))
            .toList();
    return String.join(", ", shown) + (pairs.size() > NAMED ? ", ..." : "");
  }

  private static void leftOver(
      Path home, List<Path> masks, Map<Path, Path> pairs, Consumer<String> remarks) {
    Set<Path> used = new HashSet<>(pairs.values());
    List<Path> rest = masks.stream().filter(m -> !used.contains(m)).toList();
    if (!rest.isEmpty()) {
      remarks.accept(
          "%s: %d masks belong to no image, as %s"
              .formatted(home, rest.size(), Folders.name(rest.get(0))));
    }
  }

  /** By name alone, where a missing mask says something. */
  static Map<Path, Path> byName(List<Path> images, List<Path> masks) {
    return byName(images, masks, Folders::stem);
  }

  private static Map<Path, Path> byName(
      List<Path> images, List<Path> masks, Function<Path, String> stem) {
    Map<String, Path> byStem = new HashMap<>();
    masks.forEach(m -> byStem.putIfAbsent(lower(stem.apply(m)), m));
    Map<Path, Path> pairs = new LinkedHashMap<>();
    for (Path image : images) {
      named(lower(stem.apply(image)), byStem).ifPresent(m -> pairs.put(image, m));
    }
    // one mask for two images, a.png and a.jpg, is none for sure
    Set<Path> once = new HashSet<>();
    Set<Path> twice = new HashSet<>();
    pairs.values().stream().filter(m -> !once.add(m)).forEach(twice::add);
    if (!twice.isEmpty()) {
      Path mask = twice.iterator().next();
      throw new HeadClipException(
          "%s: two images of one name claim this mask; rename one".formatted(mask));
    }
    return pairs;
  }

  private static Optional<Path> named(String image, Map<String, Path> byStem) {
    int cut = image.lastIndexOf('/') + 1;
    List<String> names = new ArrayList<>();
    ENDINGS.forEach(e -> names.add(image + e));
    BEGINNINGS.forEach(b -> names.add(image.substring(0, cut) + b + image.substring(cut)));
    return names.stream().filter(byStem::containsKey).map(byStem::get).findFirst();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** By all numbers of both names, or by the last one, where no two have the same. */
  private static Map<Path, Path> byNumber(
      List<Path> images, List<Path> masks, Function<Path, String> stem) {
    Map<Path, Path> all = matched(images, masks, p -> numbers(stem.apply(p)));
    return !all.isEmpty()
        ? all
        : matched(
            images,
            masks,
            p -> {
              List<BigInteger> n = numbers(stem.apply(p));
              return n.isEmpty() ? n : n.subList(n.size() - 1, n.size());
            });
  }

  private static List<BigInteger> numbers(String name) {
    return NUMBER.matcher(name).results().map(MatchResult::group).map(BigInteger::new).toList();
  }

  private static Map<Path, Path> matched(
      List<Path> images, List<Path> masks, Function<Path, List<BigInteger>> key) {
    Map<List<BigInteger>, Path> byKey = new HashMap<>();
    for (Path m : masks) {
      if (key.apply(m).isEmpty() || byKey.put(key.apply(m), m) != null) {
        return Map.of();
      }
    }
    Map<Path, Path> pairs = new LinkedHashMap<>();
    Set<List<BigInteger>> seen = new HashSet<>();
    for (Path i : images) {
      if (key.apply(i).isEmpty() || !seen.add(key.apply(i))) {
        return Map.of();
      }
      Optional.ofNullable(byKey.get(key.apply(i))).ifPresent(m -> pairs.put(i, m));
    }
    return pairs;
  }
}
