package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
   */
  public record Result(
      List<String> digests,
      List<String> problems,
      int unmasked,
      int emptyMasks,
      List<String> oneLabel) {
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
        all.add("%d anomalous images have no mask (taken as empty)".formatted(unmasked));
      }
      if (emptyMasks > 0) {
        all.add("%d masks of anomalous images are black".formatted(emptyMasks));
      }
      if (!oneLabel.isEmpty()) {
        all.add("classes with one label only: " + String.join(", ", oneLabel));
      }
      return all;
    }
  }

  private record Seen(String digest, boolean emptyMask, String problem) {}

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
        oneLabel(samples));
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
      RgbImage image = read(s.image(), loader, sha);
      if (s.mask().isEmpty()) {
        return new Seen(hex(sha), false, "");
      }
      RgbImage mask = read(s.mask().get(), loader, sha);
      if (mask.width() != image.width() || mask.height() != image.height()) {
        return new Seen(
            "",
            false,
            "mask %s is %dx%d, its image %dx%d"
                .formatted(
                    s.mask().get(), mask.width(), mask.height(), image.width(), image.height()));
      }
      boolean empty = true;
      for (byte b : mask.rgb()) {
        empty &= b == 0;
      }
      return new Seen(hex(sha), empty && s.anomalous(), "");
    } catch (HeadClipException e) {
      return new Seen("", false, Objects.requireNonNullElse(e.getMessage(), e.toString()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RgbImage read(Path file, ImageLoader loader, MessageDigest sha) {
    try {
      sha.update(Files.readAllBytes(file));
      return loader.load(file);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(file, e), e);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String hex(MessageDigest sha) {
    return HexFormat.of().formatHex(sha.digest());
  }
}
