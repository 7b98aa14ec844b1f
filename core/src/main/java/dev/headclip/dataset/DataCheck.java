package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Picture;
import dev.headclip.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads every image and mask once, so that a long run does not meet a broken one in the night. */
public final class DataCheck {
  private static final int NAMED = 3;

  private DataCheck() {}

  /**
   * What was found.
   *
   * @param digests per sample the SHA-256 of the bytes of image and mask; empty text for a problem
   * @param problems images that cannot be read, masks of another size than their image
   * @param unmasked anomalous images without mask
   * @param emptyMasks anomalous images whose mask is black
   * @param oneLabel classes whose images are all normal or all anomalous
   * @param notes what was done to masks, and to how many
   * @param several images whose file holds more than the first picture
   */
  public record Result(
      List<String> digests,
      List<String> problems,
      int unmasked,
      int emptyMasks,
      List<String> oneLabel,
      Map<MaskReader.Note, Integer> notes,
      int several) {
    /** The same of some of the images. */
    public Result of(List<String> some) {
      return new Result(some, problems, unmasked, emptyMasks, oneLabel, notes, several);
    }

    /**
     * This, if it can be trained on.
     *
     * @throws HeadClipException naming the first problems with the number of them all
     */
    public Result requireUsable(AnnotatedSet set) {
      requireBothLabels(set);
      if (!problems.isEmpty()) {
        throw new HeadClipException(
            "%s: %d of %d images cannot be trained on: %s%s; mend or remove them"
                .formatted(
                    set.root(),
                    problems.size(),
                    set.samples().size(),
                    String.join("; ", problems.subList(0, Math.min(NAMED, problems.size()))),
                    problems.size() > NAMED ? "; ..." : ""));
      }
      return this;
    }

    /** Remarks for the user, none where all is as expected. */
    public List<String> remarks() {
      List<String> all = new ArrayList<>();
      if (unmasked > 0) {
        all.add(
            "%d anomalous images have no mask; left out of pixel figures, taken as empty in training"
                .formatted(unmasked));
      }
      if (emptyMasks > 0) {
        all.add("%d masks of anomalous images are black".formatted(emptyMasks));
      }
      notes.forEach((n, count) -> all.add(n.text(count)));
      if (several > 0) {
        all.add("%d files hold several pictures; the first is used".formatted(several));
      }
      if (!oneLabel.isEmpty()) {
        all.add("classes with one label only: " + String.join(", ", oneLabel));
      }
      return all;
    }
  }

  private record Seen(
      String digest,
      boolean emptyMask,
      Set<MaskReader.Note> notes,
      boolean several,
      String problem) {
    static Seen broken(String problem) {
      return new Seen("", false, Set.of(), false, problem);
    }
  }

  /**
   * @param progress told the number of images read, from several threads
   */
  public static Result run(List<Sample> samples, ImageLoader loader, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    List<Seen> seen =
        IntStream.range(0, samples.size())
            .parallel()
            .mapToObj(
                i -> {
                  Seen s = look(samples.get(i), loader);
                  progress.accept(done.incrementAndGet());
                  return s;
                })
            .toList();
    return new Result(
        seen.stream().map(Seen::digest).toList(),
        seen.stream().map(Seen::problem).filter(p -> !p.isEmpty()).toList(),
        (int) samples.stream().filter(s -> s.anomalous() && s.mask().isEmpty()).count(),
        (int) seen.stream().filter(Seen::emptyMask).count(),
        oneLabel(samples),
        counts(seen.stream().flatMap(s -> s.notes().stream())),
        (int) seen.stream().filter(Seen::several).count());
  }

  /** How often each was noted. */
  public static Map<MaskReader.Note, Integer> counts(Stream<MaskReader.Note> notes) {
    Map<MaskReader.Note, Integer> all = new EnumMap<>(MaskReader.Note.class);
    notes.forEach(n -> all.merge(n, 1, Integer::sum));
    return all;
  }

  private static void requireBothLabels(AnnotatedSet set) {
    long anomalous = set.samples().stream().filter(Sample::anomalous).count();
    if (anomalous == 0 || anomalous == set.samples().size()) {
      throw new HeadClipException(
          "%s: %d images, all %s; expected normal and anomalous ones"
              .formatted(
                  set.root(), set.samples().size(), anomalous == 0 ? "normal" : "anomalous"));
    }
  }

  private static List<String> oneLabel(List<Sample> samples) {
    Map<String, Long> kinds =
        samples.stream()
            .collect(
                Collectors.groupingBy(
                    Sample::category,
                    TreeMap::new,
                    Collectors.collectingAndThen(
                        Collectors.mapping(Sample::anomalous, Collectors.toSet()),
                        s -> (long) s.size())));
    return kinds.entrySet().stream().filter(e -> e.getValue() == 1).map(Map.Entry::getKey).toList();
  }

  private static Seen look(Sample s, ImageLoader loader) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      Picture image = image(s.image(), loader);
      update(sha, s.image());
      boolean several = image.page().count() > 1;
      if (s.mask().isEmpty()) {
        return new Seen(hex(sha), false, Set.of(), several, "");
      }
      for (Path f : MaskReader.files(s.mask().get())) {
        update(sha, f);
      }
      MaskReader.Read read = MaskReader.read(loader, s.mask().get(), ImageLoader.Header.of(image));
      boolean empty = s.anomalous() && read.mask().empty();
      return new Seen(hex(sha), empty, read.notes(), several, "");
    } catch (HeadClipException e) {
      return Seen.broken(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Picture image(Path file, ImageLoader loader) {
    try {
      return loader.picture(file, 1);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void update(MessageDigest sha, Path file) {
    try {
      if (Files.isRegularFile(file)) {
        sha.update(Files.readAllBytes(RegularFiles.required(file)));
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(file, e), e);
    }
  }

  private static String hex(MessageDigest sha) {
    return HexFormat.of().formatHex(sha.digest());
  }
}
