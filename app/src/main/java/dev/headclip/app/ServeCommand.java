package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.engine.Precision;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.CacheHome;
import dev.headclip.onnx.Dialect;
import dev.headclip.onnx.Exporter;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.server.DetectionServer;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.server.settings.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code headclip serve}. */
@Command(
    name = "serve",
    description =
        "A page to drop images on, and REST for programs; on this machine only, unless told otherwise.",
    footer = {
      "",
      "Examples:",
      "  headclip serve",
      "  headclip serve --model part.safetensors --also starter --port 9000",
      "  headclip serve --host 0.0.0.0 --token-file token.txt --tls-cert cert.pem --tls-key key.pem",
      "  headclip serve --watch camera/ --sort move --out results",
      "  curl -F file=@part.jpg 'http://127.0.0.1:8080/v1/detect?maps=png'",
      "",
      "What is answered: http://127.0.0.1:8080/docs, docs/serving.md.",
      "",
      "Exit code: 0 stopped by the user, 2 wrong usage, model or address."
    })
final class ServeCommand implements Callable<Integer>, WithSettings {
  private static final long MIB = 1L << 20;

  @Mixin private ModelOptions model;

  @Option(
      names = "--also",
      paramLabel = "NAME|DIR|FILE",
      description =
          "A further model, named as --model; may be repeated. Requests choose by name, the page from a list.")
  private List<String> also = List.of();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen at; 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--token",
      paramLabel = "TEXT",
      description =
          "What requests must show (Authorization: Bearer TEXT); others see it in the list of processes: better --token-file, or HEADCLIP_TOKEN.")
  private Optional<String> token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the token in its first line.")
  private Optional<Path> tokenFile;

  @Option(
      names = "--insecure",
      description = "Listen at an address that others reach, and ask no token of them.")
  private boolean insecure;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "A name that this server is reached by, beside its addresses; may be repeated.")
  private List<String> names = List.of();

  @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificates (PEM), for https.")
  private Optional<Path> certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The key of --tls-cert (PEM, PKCS #8).")
  private Optional<Path> key;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Where models that are taught are kept (default: $HEADCLIP_DATA/models, ~/.local/share/headclip/models).")
  private Optional<Path> kept;

  @Option(
      names = "--queue",
      paramLabel = "IMAGES",
      defaultValue = "64",
      description = "Images that may wait; more are answered 503 (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--max-image-mb",
      paramLabel = "MB",
      defaultValue = "64",
      description = "Largest file (default: ${DEFAULT-VALUE}).")
  private long imageMb;

  @Option(
      names = "--max-request-mb",
      paramLabel = "MB",
      defaultValue = "256",
      description = "Largest request (default: ${DEFAULT-VALUE}).")
  private long requestMb;

  @Option(
      names = "--max-images",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most files in a request (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--store-mb",
      paramLabel = "MB",
      defaultValue = "4096",
      description =
          "Uploaded images and maps that are kept for the page, in the system's temporary folder (default: ${DEFAULT-VALUE}).")
  private long storeMb;

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "A request that takes longer is given up (default: ${DEFAULT-VALUE}).")
  private double deadline;

  @Option(
      names = "--watch",
      paramLabel = "FOLDER",
      description = "A folder that is watched with the first model, as 'watch' does, shown live.")
  private Optional<Path> folder;

  @Mixin private WatchOptions watch;

  @Mixin private EngineOptions compute;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    compute.addSettings(command);
  }

  @Override
  public Integer call() throws InterruptedException {
    ServerSettings settings = settings();
    DetectionServer.Builder builder =
        DetectionServer.builder(settings, sources())
            .onnx(
                (model, file) ->
                    Exporter.export(
                        model,
                        new Exporter.Options(Dialect.FUSED, Precision.FP32, false),
                        file,
                        step -> {}))
            .remarks(r -> System.err.println("note: " + r));
    folder.ifPresent(f -> builder.watch(watch.settings(f), watch.files(compute.loader())));
    try (Stopper stopper = Stopper.heldLater((int) settings.limits().grace().toSeconds() + 30);
        DetectionServer server = builder.start()) {
      stopper.hold();
      System.out.printf("%s  (%s; Ctrl-C stops)%n", server.address(), server.models());
      System.out.flush();
      server.await(stopper.flag());
      System.err.println("stopping: what was accepted is finished");
    }
    return Main.OK;
  }

  private ServerSettings settings() {
    if (certificate.isPresent() != key.isPresent()) {
      throw new HeadClipException("--tls-cert and --tls-key go together; give both");
    }
    Limits limits =
        new Limits(
            queue,
            imageMb * MIB,
            requestMb * MIB,
            images,
            compute.maxPixels(),
            storeMb * MIB,
            Limits.defaults().models(),
            Duration.ofMillis((long) (1000 * deadline)),
            Limits.defaults().idle(),
            Limits.defaults().grace());
    return new ServerSettings(
        host,
        port,
        token(),
        insecure,
        names,
        certificate.map(c -> new Tls(c, key.orElseThrow())),
        Optional.of(kept.orElseGet(() -> CacheHome.data(System.getenv()).resolve("models"))),
        limits);
  }

  private Optional<String> token() {
    if (token.isPresent() && tokenFile.isPresent()) {
      throw new HeadClipException("--token and --token-file together; give one of them");
    }
    if (tokenFile.isPresent()) {
      try {
        return Optional.of(
            Files.readString(tokenFile.get()).lines().findFirst().orElse("").strip());
      } catch (IOException e) {
        throw new HeadClipException(
            "--token-file %s: cannot be read (%s)"
                .formatted(tokenFile.get(), AtomicFiles.reason(e)),
            e);
      }
    }
    return token
        .or(() -> Optional.ofNullable(System.getenv("HEADCLIP_TOKEN")))
        .filter(t -> !t.isBlank());
  }

  private List<ModelSource> sources() {
    List<ModelSource> all = new ArrayList<>();
    all.add(source(model.found(), () -> model.builder(compute, true)));
    Places places = model.places();
    for (String written : also) {
      Places.Found found = places.model(written, true);
      all.add(source(found, () -> builder(found)));
    }
    return all;
  }

  private static ModelSource source(Places.Found found, Supplier<DetectorBuilder> builder) {
    Path file = Path.of(found.place());
    String name = ModelSource.named(found.name()).replaceFirst("\\.(safetensors|onnx)$", "");
    return new ModelSource(
        name, builder, ReferenceFile.is(file) ? Optional.of(file) : Optional.empty());
  }

  private DetectorBuilder builder(Places.Found found) {
    DetectorBuilder b = Detector.builder(found.place());
    found.adapter().ifPresent(b::adapter);
    found.shown().ifPresent(b::named);
    return compute.on(b);
  }
}
