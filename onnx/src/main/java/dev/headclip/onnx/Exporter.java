package dev.headclip.onnx;

import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.WorkFolder;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Writes a model as one ONNX file: image tower, local path, map, scores and verdict, with the text
 * features as constants. The file is run and compared with another engine before it gets its name.
 */
public final class Exporter {
  private static final String DATA = ".data";

  private Exporter() {}

  /**
   * How a file is to be.
   *
   * @param dialect operators that it may use
   * @param precision of the network's products
   * @param halfWeights whether float32 weights are stored in half precision: half the size,
   *     computed in float32 all the same
   * @param className what the images show, for methods that name it
   */
  public record Options(
      Dialect dialect, Precision precision, boolean halfWeights, ClassName className) {
    /** Without a class's name. */
    public Options(Dialect dialect, Precision precision, boolean halfWeights) {
      this(dialect, precision, halfWeights, ClassName.unknown());
    }

    /** What the written file may differ by from the reference, in maps and scores (0 to 1). */
    double tolerance() {
      if (precision == Precision.INT8) {
        return 0.15;
      }
      return halfWeights ? 1e-2 : 1e-4;
    }

    String weights() {
      return precision == Precision.INT8 ? "int8" : halfWeights ? "fp16" : "fp32";
    }
  }

  /**
   * What was written.
   *
   * @param files the model, and the file beside where the weights are over 2 GB
   * @param bytes of all files
   * @param check the comparison that they passed
   */
  public record Written(List<Path> files, long bytes, SelfCheck.Difference check) {}

  /**
   * Exports and checks; nothing is left behind on failure.
   *
   * @param model with the settings that the file is to have
   * @param stage told what is being done, for progress
   * @throws HeadClipException where the written file does not answer as the reference does
   */
  public static Written export(
      ClipModel model, Options options, Path file, Consumer<String> stage) {
    // what cannot be exported ends here
    Recorder.scoring(model);
    stage.accept("recording the model");
    Recorder recorder = new Recorder(model);
    Graph graph = recorder.detector(options.dialect(), options.precision(), options.className());
    ModelFile recorded =
        new ModelFile(graph, ExportMetadata.of(model, options), options.halfWeights());
    return write(recorded, model, options, file, stage);
  }

  /** Writes {@code recorded} if it answers as {@code model} does. */
  static Written write(
      ModelFile recorded, ClipModel model, Options options, Path file, Consumer<String> stage) {
    Path home = file.toAbsolutePath().normalize().getParent();
    try (WorkFolder partial = WorkFolder.in(home)) {
      // under the final name, which the model refers to its data by
      Path written = partial.path().resolve(file.getFileName());
      // a name of its own: an older model must never find newer weights
      String tag = UUID.randomUUID().toString().substring(0, 8);
      recorded.write(written, file.getFileName() + "." + tag + DATA);
      stage.accept("comparing it with another engine");
      SelfCheck.Difference found =
          SelfCheck.of(model, options.className(), written, EngineSettings.defaults());
      if (!(found.largest() <= options.tolerance())) {
        throw new HeadClipException(
            "%s: not written: its answers differ from the %s engine's by %.2g (map), %.2g (scores), expected at most %.0e; please report it, or export fp32"
                .formatted(
                    file, found.reference(), found.map(), found.scores(), options.tolerance()));
      }
      return moved(partial.path(), file, found);
    }
  }

  private static Written moved(Path partial, Path file, SelfCheck.Difference check) {
    List<Path> done = new ArrayList<>();
    long bytes = 0;
    try (var found = Files.list(partial)) {
      // the data first: a model whose data is missing must not be seen
      List<Path> all = found.sorted((a, b) -> Boolean.compare(isData(b), isData(a))).toList();
      for (Path from : all) {
        Path to = file.resolveSibling(from.getFileName());
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        bytes += Files.size(to);
        done.add(0, to);
      }
      removeOlderData(file, done);
      return new Written(done, bytes, check);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(file, AtomicFiles.reason(e)), e);
    }
  }

  private static void removeOlderData(Path file, List<Path> now) throws IOException {
    String pattern = Pattern.quote(file.getFileName().toString()) + "\\.[0-9a-f]{8}\\.data";
    try (var beside = Files.list(file.toAbsolutePath().getParent())) {
      for (Path p : beside.filter(f -> f.getFileName().toString().matches(pattern)).toList()) {
        if (now.stream().noneMatch(n -> n.getFileName().equals(p.getFileName()))) {
          Files.deleteIfExists(p);
        }
      }
    }
  }

  private static boolean isData(Path p) {
    return p.toString().endsWith(DATA);
  }
}
