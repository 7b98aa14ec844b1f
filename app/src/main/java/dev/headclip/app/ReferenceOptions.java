package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.detect.ImageSource;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Normal images that others are compared with, as flags. */
final class ReferenceOptions {
  @Option(
      names = "--normal",
      paramLabel = "IMAGE|DIR",
      arity = "1..*",
      description = "Normal images (a few good parts): all others are compared with them.")
  private List<Path> normal = List.of();

  @Option(
      names = "--reference-preset",
      paramLabel = "NAME",
      description =
          "A published way to compare: subspacead, april-gan, anomalydino, winclip (beside --method winclip); of a batch musc or subspacead.")
  private Optional<String> preset;

  private List<Path> files = List.of();

  private final SettingFlags settings = new SettingFlags();

  /** Adds the flags of how images are compared. */
  void addSettings(CommandSpec spec) {
    settings.add(spec, ReferenceSettings.class);
  }

  boolean given() {
    return !normal.isEmpty();
  }

  /** How images are compared, as far as somebody said so. */
  Map<String, String> settings() {
    return settings.values();
  }

  Optional<String> preset() {
    return preset;
  }

  /** Throws where there is something to say of references that there are not. */
  void requireGiven(String otherwise) {
    if (!given() && said().isPresent()) {
      throw new HeadClipException(
          "%s without --normal%s; name normal images to compare with"
              .formatted(said().get(), otherwise));
    }
  }

  /** Throws where something is said of how references are compared. */
  void requireNone(String why) {
    if (said().isPresent()) {
      throw new HeadClipException("%s: %s".formatted(said().get(), why));
    }
  }

  /** The first flag of how references are compared, if any was given. */
  private Optional<String> said() {
    return preset
        .map(p -> "--reference-preset")
        .or(() -> settings.values().keySet().stream().findFirst().map(SettingFlags::flag));
  }

  private List<ImageSource> images() throws IOException {
    ImageSearch search = ImageSearch.said(normal);
    files = search.files();
    return search.sources();
  }

  /** A data set without the images that are references: these are not judged. */
  AnnotatedSet without(AnnotatedSet set) {
    Set<Path> own = files.stream().map(ReferenceOptions::real).collect(Collectors.toSet());
    List<Sample> rest = set.samples().stream().filter(s -> !own.contains(real(s.image()))).toList();
    if (rest.size() == set.samples().size()) {
      return set;
    }
    System.err.printf(
        "note: %d images of the set are references and are not judged%n",
        set.samples().size() - rest.size());
    if (rest.isEmpty()) {
      throw new HeadClipException("--normal names all images of the set; none is left to judge");
    }
    return new AnnotatedSet(set.name(), set.root(), set.known(), rest, set.remarks());
  }

  private static Path real(Path p) {
    try {
      return p.toRealPath();
    } catch (IOException e) {
      return p.toAbsolutePath().normalize();
    }
  }

  /**
   * Opens a detector against the references; what is to be said of them goes to stderr.
   *
   * @param builder of the detector
   */
  Detector open(DetectorBuilder builder) throws IOException {
    List<ImageSource> images = images();
    if (images.isEmpty()) {
      throw new HeadClipException(
          "--normal %s: no images, expected normal ones to compare with".formatted(normal.get(0)));
    }
    builder.normalImages(images).references(settings());
    preset.ifPresent(builder::referencePreset);
    DetectorBuilder.WithReferences found = builder.withReferences();
    say(found.fitted());
    return found.detector();
  }

  /** Opens what scores images among themselves. */
  Comparer comparer(DetectorBuilder builder) {
    if (given()) {
      throw new HeadClipException(
          "--normal and --batched together: images are compared with normal ones, or among themselves; leave one out");
    }
    builder.references(settings());
    preset.ifPresent(builder::referencePreset);
    return builder.comparer();
  }

  static void say(ReferenceModel.Fitted fitted) {
    fitted.remarks().forEach(r -> System.err.println("note: " + r));
  }
}
