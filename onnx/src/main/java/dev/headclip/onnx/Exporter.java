package dev.headclip.onnx;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.files.AtomicFiles;
import dev.headclip.files.WorkFolder;
import dev.headclip.method.Adapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a model as one ONNX file: image tower, local path, map, scores and verdict, with the text
 * features as constants. The file is run and compared with another engine before it gets its name.
 */
public final class Exporter {
  /** Constants from here on go to a file beside; protocol buffers end at 2 GiB. */
  private static final String DATA = ".data";

  private Exporter() {}

  /**
   * How a file is to be.
   *
   * @param dialect operators that it may use
   * @param precision of the network's products
   * @param halfWeights whether float32 weights are stored in half precision: half the size,
   *     computed in float32 all the same
   */
  public record Options(Dialect dialect, Precision precision, boolean halfWeights) {
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
   * @param adapter with the settings that the file is to have
   * @param version of this program, for the metadata
   * @throws HeadClipException where the written file does not answer as the reference does
   */
  public static Written export(
      Backbone backbone, Adapter adapter, Options options, String version, Path file) {
    Graph graph = new Recorder(backbone, adapter).detector(options.dialect(), options.precision());
    ModelFile model =
        new ModelFile(
            graph, ExportMetadata.of(backbone, adapter, options, version), options.halfWeights());
    return write(model, backbone, adapter, options, file);
  }

  /** Writes {@code model} if it answers as {@code adapter} does. */
  static Written write(
      ModelFile model, Backbone backbone, Adapter adapter, Options options, Path file) {
    Path home = file.toAbsolutePath().normalize().getParent();
    try (WorkFolder partial = WorkFolder.in(home)) {
      // under the final name, which the model refers to its data by
      Path written = partial.path().resolve(file.getFileName());
      model.write(written);
      SelfCheck.Difference found =
          SelfCheck.of(backbone, adapter, written, EngineSettings.defaults());
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
      return new Written(done, bytes, check);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(file, AtomicFiles.reason(e)), e);
    }
  }

  private static boolean isData(Path p) {
    return p.toString().endsWith(DATA);
  }
}
