package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.detect.ImageSource;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code headclip remember}. */
@Command(
    name = "remember",
    description =
        "Fits to normal images and writes what it takes to compare others with them, as a model of its own; no picture is in it.",
    footer = {
      "",
      "Examples:",
      "  headclip remember --normal good/ --out part.safetensors",
      "  headclip detect parts/ --model part.safetensors",
      "  headclip remember --out part.safetensors --add more-good/",
      "  headclip remember --out part.safetensors --remove good/scratched.jpg",
      "  headclip export --model part.safetensors --out part.onnx",
      "",
      "Exit code: 0 written, 2 wrong usage or model."
    })
final class RememberCommand implements Callable<Integer>, WithSettings {
  private static final String COUNTED = dev.headclip.method.JointScoring.COUNTED;

  @Mixin private ModelOptions model;

  @Mixin private ReferenceOptions references;

  @Mixin private RegionOptions regions;

  @Mixin private EngineOptions compute;

  @Option(
      names = "--add",
      paramLabel = "IMAGE|DIR",
      arity = "1..*",
      description = "Further normal images for the references in --out.")
  private List<Path> more = List.of();

  @Option(
      names = "--remove",
      paramLabel = "IMAGE|DIR",
      arity = "1..*",
      description = "Images that are no references of --out any more.")
  private List<Path> fewer = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE.safetensors",
      required = true,
      description = "The file to write, or with --add and --remove to change.")
  private Path out;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    references.addSettings(command);
    compute.addSettings(command);
  }

  @Override
  public Integer call() throws IOException {
    long ways =
        List.of(references.given(), !more.isEmpty(), !fewer.isEmpty()).stream()
            .filter(b -> b)
            .count();
    if (ways == 0 || references.given() && ways > 1) {
      throw new HeadClipException(
          "expected --normal, or --add and --remove for a file that is there");
    }
    if (!out.toString().endsWith(".safetensors")) {
      throw new HeadClipException(
          "--out %s: expected a name that ends in .safetensors".formatted(out));
    }
    return references.given() ? anew() : changed();
  }

  private Integer anew() throws IOException {
    if (Files.exists(out) && !ReferenceFile.is(out)) {
      throw new HeadClipException(
          "--out %s: is there and holds no references; name another file".formatted(out));
    }
    DetectorBuilder builder = regions.on(model.builder(compute, true));
    try (Detector detector = ModelOptions.said(references.open(builder))) {
      JsonNode base = builder.asked((ClipModel) detector.model());
      return written(detector.references().orElseThrow(), base);
    }
  }

  private Integer changed() throws IOException {
    references.requireNone("--add and --remove keep what the file has; leave it out");
    if (model.isGiven()) {
      throw new HeadClipException(
          "--add and --remove change a file that names its model; leave --model and --backbone out");
    }
    if (!ReferenceFile.is(out)) {
      throw new HeadClipException(
          "--out %s: no file of references, expected one that 'headclip remember --normal' wrote"
              .formatted(out));
    }
    JsonNode base = ReferenceFile.read(out).base();
    try (Detector detector = regions.on(compute.on(Detector.builder(out.toString()))).build()) {
      ReferenceModel now = detector.references().orElseThrow();
      if (!fewer.isEmpty()) {
        ReferenceModel.Fitted found = Comparer.remove(detector, now, images(fewer));
        ReferenceOptions.say(found);
        now = found.model();
      }
      if (!more.isEmpty()) {
        ReferenceModel.Fitted found = Comparer.add(detector, now, images(more));
        ReferenceOptions.say(found);
        now = found.model();
      }
      return written(now, base);
    }
  }

  private static List<ImageSource> images(List<Path> from) throws IOException {
    List<ImageSource> all = ImageSearch.said(from).sources();
    if (all.isEmpty()) {
      throw new HeadClipException("%s: no images".formatted(from.get(0)));
    }
    return all;
  }

  private Integer written(ReferenceModel m, JsonNode base) throws IOException {
    ReferenceFile.write(out, m, base);
    boolean masked =
        m.known().stream().anyMatch(k -> k.judged().stream().anyMatch(j -> j.has(COUNTED)));
    if (masked && m.region().isEmpty() && m.tiling().plain()) {
      System.err.println(
          "note: masks of single images are not kept in the file; give detect such of its images");
    }
    System.out.printf("%s: %s, %,d bytes%n", out, m.origin(), Files.size(out));
    return Main.OK;
  }
}
