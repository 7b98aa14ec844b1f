package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.engine.Precision;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.onnx.Dialect;
import dev.headclip.onnx.Exporter;
import dev.headclip.reference.ReferenceModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code headclip export}. */
@Command(
    name = "export",
    description = "Writes a model as one ONNX file: from pixels to map, scores and verdict.",
    footer = {
      "",
      "Examples:",
      "  headclip export --out detector.onnx",
      "  headclip export --portable --out anywhere.onnx",
      "  headclip export --backbone clip-vit-large-patch14-336 --adapter mvtec.safetensors --weights fp16 --out mvtec.onnx",
      "",
      "The file is run on two pictures and compared with another engine before it gets its name.",
      "How to call it from Python and C++: docs/onnx.md.",
      "",
      "Exit code: 0 written, 2 wrong usage or model, or the check failed."
    })
final class ExportCommand implements Callable<Integer>, WithSettings {
  enum Weights {
    fp32,
    fp16
  }

  @Mixin private ModelOptions model;

  @Option(
      names = "--out",
      paramLabel = "FILE.onnx",
      required = true,
      description = "The file to write; weights over 2 GB go to a .data file beside it.")
  private Path out;

  @Option(
      names = "--portable",
      description =
          "Standard operators of opset 17 only (default: ONNX Runtime's fused ones beside them, which are faster there).")
  private boolean portable;

  @Option(
      names = "--precision",
      paramLabel = "fp32|int8",
      defaultValue = "fp32",
      description = "Arithmetic of the network (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = "--weights",
      paramLabel = "fp32|fp16",
      defaultValue = "fp32",
      description =
          "How float weights are stored; fp16 halves the file and computes in fp32 (default: ${DEFAULT-VALUE}).")
  private Weights weights;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
  }

  @Override
  public Integer call() {
    if (Files.isDirectory(out)) {
      throw new HeadClipException(
          "--out %s: is a folder, expected the name of a file".formatted(out));
    }
    Exporter.Options options =
        new Exporter.Options(
            portable ? Dialect.PORTABLE : Dialect.FUSED,
            precision,
            weights == Weights.fp16,
            model.className().map(ClassName::new).orElse(ClassName.unknown()));
    Exporter.Written w;
    try (ClipModel m = model.openClip()) {
      if (m.references().flatMap(ReferenceModel::region).isPresent()) {
        System.err.println(
            "note: the references' mask is not part of the exported file; give detect --mask");
      }
      w = Exporter.export(m, options, out, ExportCommand::stage);
    }
    System.out.printf(
        "%s: %,d bytes; against the %s engine maps differ by %.1e at most, scores by %.1e%n",
        w.files().stream().map(Path::toString).collect(Collectors.joining(", ")),
        w.bytes(),
        w.check().reference(),
        w.check().map(),
        w.check().scores());
    return Main.OK;
  }

  private static void stage(String what) {
    if (ProgressLine.terminal()) {
      System.err.println(what + " ...");
    }
  }
}
