package dev.headclip.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.FileState;
import dev.headclip.dataset.NormalPool;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.evaluate.Evaluation;
import dev.headclip.evaluate.EvaluationReport;
import dev.headclip.evaluate.KeptClasses;
import dev.headclip.evaluate.Prediction;
import dev.headclip.evaluate.PredictionJournal;
import dev.headclip.evaluate.ReferenceEvaluation;
import dev.headclip.image.MapWriter;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.WorkFolder;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.Scoring;
import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.Protocol;
import dev.headclip.settings.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headclip evaluate}. */
@Command(
    name = "evaluate",
    description = "All figures of a model on an annotated data set, with a report.",
    footer = {
      "",
      "OUT holds metrics.json, scores.csv, report.html and predictions.bin; with --shots or --batched",
      "few-shot.md, few-shot.json and the classes that are done. Stopped or killed, the same command",
      "goes on where it was.",
      "",
      "Examples:",
      "  headclip evaluate --dataset mvtec --root mvtec_ad --model starter --out eval",
      "  headclip evaluate --root my-parts --backbone clip-vit-large-patch14-336 \\",
      "    --adapter mvtec.safetensors --protocol paper --out eval",
      "  headclip evaluate --root my-parts --shots 0,1,4 --batched --out few"
    })
final class EvaluateCommand implements Callable<Integer>, WithSettings {
  enum Format {
    text,
    json
  }

  enum Maps {
    none,
    png,
    npy
  }

  @Spec private CommandSpec spec;

  @Mixin private DataOptions data;

  @Mixin private ModelOptions model;

  @Mixin private ReferenceOptions references;

  @Mixin private RegionOptions regions;

  @Mixin private EngineOptions compute;

  @Option(
      names = "--shots",
      paramLabel = "K,K",
      split = ",",
      description =
          "Against so many normal references of each class, drawn by each seed from its train/good, or from its normal images, which then are not judged; 0 is zero-shot.")
  private List<Integer> shots = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "0,1,2",
      description = "That draw the references of --shots (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--batched",
      description = "The images of each class are scored among themselves.")
  private boolean batched;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for figures, scores and report (default: figures on stdout only).")
  private Optional<Path> out;

  @Option(
      names = "--protocol",
      paramLabel = "exact|paper",
      defaultValue = "exact",
      description = "Of stdout and metrics.json; the report has both (default: ${DEFAULT-VALUE}).")
  private Protocol protocol;

  @Option(
      names = "--resolution",
      paramLabel = "network|original",
      defaultValue = "network",
      description = "At which size maps and masks are compared (default: ${DEFAULT-VALUE}).")
  private Evaluation.Resolution resolution;

  @Option(
      names = "--maps",
      paramLabel = "none|png|npy",
      defaultValue = "none",
      description = "Write the maps into OUT/maps, at the network's size (default: none).")
  private Maps maps;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "Percent in a table, or metrics.json (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    references.addSettings(command);
    compute.addSettings(command);
  }

  @Override
  public Integer call() throws IOException {
    AnnotatedSet set = data.read();
    if (batched || !shots.isEmpty()) {
      return rounds(set);
    }
    if (maps != Maps.none && out.isEmpty()) {
      throw new HeadClipException("--maps without --out; name a folder for them");
    }
    Optional<WorkFolder> passing =
        out.isPresent() ? Optional.empty() : Optional.of(WorkFolder.temporary());
    Path work = out.orElseGet(() -> passing.orElseThrow().path());
    try (Detector detector = model.detector(compute, references, regions);
        Stopper stopper = new Stopper(60)) {
      AnnotatedSet judged = references.without(set);
      Map<String, Object> identity = new LinkedHashMap<>(detector.model().identity());
      identity.putAll(compute.identity());
      detector.references().ifPresent(r -> identity.put("references", r.digest()));
      if (!detector.tiling().plain()) {
        identity.put("tiling", detector.tiling().toString());
      }
      identity.putAll(regions.identity());
      identity.putAll(identity(judged));
      return run(judged, detector, stopper, work, identity);
    } finally {
      passing.ifPresent(WorkFolder::close);
    }
  }

  /** By number of references, by seed; or each class as a batch. */
  private Integer rounds(AnnotatedSet set) {
    if (references.given()) {
      throw new HeadClipException(
          "--normal together with %s; references are either given or drawn"
              .formatted(batched ? "--batched" : "--shots"));
    }
    List<ReferenceEvaluation.Round> rounds = new ArrayList<>();
    for (int k : shots) {
      if (k < 0 || k > 10_000) {
        throw new HeadClipException("--shots %d, expected 0 to 10000".formatted(k));
      }
      if (k == 0) {
        rounds.add(ReferenceEvaluation.Round.zero());
      } else {
        seeds.forEach(s -> rounds.add(ReferenceEvaluation.Round.of(k, s)));
      }
    }
    if (batched) {
      rounds.add(ReferenceEvaluation.Round.batched());
    }
    try (Comparer comparer = references.comparer(regions.on(model.builder(compute, true)));
        Stopper stopper = new Stopper(60)) {
      ReferenceEvaluation.Result result;
      try (ProgressLine progress = ProgressLine.of("run", set.samples().size(), "images")) {
        result =
            ReferenceEvaluation.of(
                comparer,
                set,
                rounds,
                protocol,
                resolution,
                kept(comparer, set, rounds),
                stopper.flag(),
                n -> progress.at(n, ""));
      }
      if (stopper.flag().get()) {
        System.err.printf(
            "stopped; %s%n",
            out.isPresent()
                ? "the classes that were done are kept, the same command goes on"
                : "with --out it could go on");
        return Main.SOME_FAILED;
      }
      result
          .failed()
          .forEach(
              (p, e) -> System.err.printf("headclip: %s: %s%n", p, SettingFlags.named(spec, e)));
      result.remarks().forEach(r -> System.err.println("note: " + r));
      return told(new FewShotTable(result.reports()), comparer, result);
    }
  }

  private static Map<String, Object> identity(AnnotatedSet set) {
    return Map.of(
        "dataset", set.name(), "images", set.samples().size(), "files_digest", filesDigest(set));
  }

  /** The classes of this very evaluation that are done. */
  private KeptClasses kept(
      Comparer comparer, AnnotatedSet set, List<ReferenceEvaluation.Round> rounds) {
    // sorted: what Map.of gives has no order that lasts
    Map<String, Object> identity = new TreeMap<>(comparer.model().identity());
    identity.putAll(compute.identity());
    identity.putAll(regions.identity());
    identity.putAll(identity(set));
    identity.put("normal_images", NormalPool.digest(set));
    // figures are kept, not the network's numbers: they depend on how these become scores
    identity.put("scores", Schema.json(comparer.model().scores()));
    identity.put("class_name", model.className().orElse(""));
    identity.put("comparison", Schema.json(comparer.settings()));
    identity.put("rounds", rounds.toString());
    identity.put("protocol", protocol.key());
    identity.put("resolution", resolution.name());
    return new KeptClasses(out.map(o -> o.resolve("classes")), identity);
  }

  private Integer told(FewShotTable table, Comparer comparer, ReferenceEvaluation.Result result) {
    ObjectNode json = table.json();
    json.put("model", comparer.model().name());
    json.set("references", Schema.json(comparer.settings()));
    System.out.println(format == Format.json ? json.toPrettyString() : table.markdown());
    out.ifPresent(
        to -> {
          AtomicFiles.writeText(to.resolve("few-shot.json"), json.toPrettyString() + "\n");
          AtomicFiles.writeText(
              to.resolve("few-shot.md"), table.markdown() + "\n" + table.classes());
          System.err.println("tables written to " + to.resolve("few-shot.md"));
        });
    boolean whole = result.failed().isEmpty() && result.remarks().isEmpty();
    return whole ? Main.OK : Main.SOME_FAILED;
  }

  private Integer run(
      AnnotatedSet set,
      Detector detector,
      Stopper stopper,
      Path work,
      Map<String, Object> identity) {
    try (PredictionJournal journal =
        PredictionJournal.open(work.resolve("predictions.bin"), identity)) {
      Map<Path, String> failed;
      try (ProgressLine progress = ProgressLine.of("run", set.samples().size(), "images")) {
        if (!journal.indices().isEmpty()) {
          System.err.printf("%d images are done already%n", journal.indices().size());
        }
        failed =
            Evaluation.predict(detector, set, journal, stopper.flag(), n -> progress.at(n, ""));
      }
      if (stopper.flag().get()) {
        System.err.printf(
            "stopped after %d of %d images; %s%n",
            journal.indices().size(),
            set.samples().size(),
            out.isPresent() ? "the same command goes on" : "with --out it could go on");
        return Main.SOME_FAILED;
      }
      return judge(set, detector, work, identity, journal, failed);
    }
  }

  private Integer judge(
      AnnotatedSet set,
      Detector detector,
      Path work,
      Map<String, Object> identity,
      PredictionJournal journal,
      Map<Path, String> failed) {
    Evaluation.Result result;
    try (ProgressLine progress = ProgressLine.of("judge", journal.indices().size(), "images")) {
      AtomicInteger done = new AtomicInteger();
      result =
          Evaluation.judge(
              set,
              detector.model().method(),
              journal,
              detector.scoring(),
              resolution,
              out.isPresent() ? List.of(Protocol.values()) : List.of(protocol),
              failed,
              () -> progress.at(done.incrementAndGet(), ""));
    }
    result
        .failed()
        .forEach((p, e) -> System.err.printf("headclip: %s: %s%n", p, SettingFlags.named(spec, e)));
    result.notes().forEach((n, count) -> System.err.println("note: " + n.text(count)));
    MetricsReport report = result.reports().get(protocol);
    if (out.isPresent()) {
      write(set, detector, work, identity, journal, result);
    }
    System.out.println(format == Format.json ? report.json().toPrettyString() : report.text());
    return result.failed().isEmpty() ? Main.OK : Main.SOME_FAILED;
  }

  private void write(
      AnnotatedSet set,
      Detector detector,
      Path to,
      Map<String, Object> identity,
      PredictionJournal predictions,
      Evaluation.Result result) {
    Map<String, Object> provenance = new LinkedHashMap<>(identity);
    provenance.put("root", set.root());
    provenance.put("threshold", detector.threshold());
    provenance.put("lambda", detector.model().scores().lambda());
    provenance.put("resolution", resolution.name().toLowerCase(Locale.ROOT));
    provenance.put("code", "headclip " + dev.headclip.Version.text());
    result
        .reports()
        .forEach(
            (p, r) -> {
              String name = p == protocol ? "metrics.json" : "metrics-" + p.key() + ".json";
              ObjectNode json = r.json();
              json.put("model", detector.model().name())
                  .put("resolution", resolution.name().toLowerCase(Locale.ROOT))
                  .put("lambda", detector.model().scores().lambda());
              json.set("provenance", new ObjectMapper().valueToTree(stated(provenance)));
              AtomicFiles.writeText(to.resolve(name), json.toPrettyString() + "\n");
            });
    Map<Path, String> mapNames = maps == Maps.none ? Map.of() : mapNames(set);
    AtomicFiles.writeText(to.resolve("scores.csv"), scores(detector, result, mapNames));
    AtomicFiles.writeText(
        to.resolve("report.html"),
        EvaluationReport.html(
            set, result, predictions, detector.scoring(), detector.threshold(), provenance));
    if (maps != Maps.none) {
      Scoring scoring = detector.scoring();
      for (int i : predictions.indices()) {
        Path name = to.resolve(mapNames.get(set.samples().get(i).image()));
        map(scoring, name, predictions.get(i));
      }
    }
    System.err.println("report written to " + to.resolve("report.html"));
  }

  /** Without what differs between places and versions of one evaluation's folder. */
  private static Map<String, Object> stated(Map<String, Object> provenance) {
    Map<String, Object> m = new LinkedHashMap<>(provenance);
    m.put("root", provenance.get("root").toString());
    return m;
  }

  /** As judged: at the network's size, or the image's. */
  private void map(Scoring scoring, Path to, Prediction p) {
    AnomalyMap own = scoring.of(p.evidence(), p.width(), p.height()).map();
    AnomalyMap map =
        resolution == Evaluation.Resolution.ORIGINAL ? own.resize(p.width(), p.height()) : own;
    AtomicFiles.write(
        to,
        o -> {
          if (maps == Maps.npy) {
            MapWriter.npy(map, o);
          } else {
            MapWriter.png(map, o);
          }
        });
  }

  /**
   * Where each image's map lies: under the image's path below the data set, with another ending;
   * behind the whole name where two images differ in their endings alone.
   */
  private Map<Path, String> mapNames(AnnotatedSet set) {
    Path root = set.root().toAbsolutePath().normalize();
    Path home = Files.isDirectory(root) ? root : root.getParent();
    Map<Path, String> names = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    for (Sample s : set.samples()) {
      Path image = s.image().toAbsolutePath().normalize();
      Path below = image.startsWith(home) ? home.relativize(image) : image.getFileName();
      String name = "maps/" + below.toString().replace('\\', '/');
      int dot = name.lastIndexOf('.');
      String stem = dot > name.lastIndexOf('/') ? name.substring(0, dot) : name;
      String chosen = stem + "." + maps;
      for (int i = 1; !taken.add(chosen); i++) {
        chosen = "%s%s.%s".formatted(name, i == 1 ? "" : "-" + i, maps);
      }
      names.put(s.image(), chosen);
    }
    return names;
  }

  /** With maps, a manifest that 'metrics' takes as it is. */
  private static String scores(
      Detector detector, Evaluation.Result result, Map<Path, String> mapNames) {
    CSVFormat csv = CSVFormat.DEFAULT;
    StringBuilder s = new StringBuilder();
    s.append(
        csv.format(
            "image",
            "class",
            "kind",
            "label",
            "score",
            "global_score",
            "local_score",
            "anomalous",
            "map",
            "mask",
            "ms"));
    for (Evaluation.Scored r : result.scores()) {
      Sample i = r.sample();
      boolean judged = i.mask().isPresent() || !i.anomalous();
      s.append('\n')
          .append(
              csv.format(
                  i.image(),
                  i.category(),
                  i.kind(),
                  i.anomalous() ? 1 : 0,
                  (float) r.joint(),
                  (float) r.global(),
                  (float) r.local(),
                  r.joint() >= detector.threshold(),
                  judged ? mapNames.getOrDefault(i.image(), "") : "",
                  i.mask().map(m -> m.toAbsolutePath().toString()).orElse(""),
                  "%.1f".formatted(r.ms())));
    }
    return s.append('\n').toString();
  }

  /** Names, sizes, times and labels: shows that something changed without reading it all. */
  private static String filesDigest(AnnotatedSet set) {
    Path root = set.root().toAbsolutePath().normalize();
    return DataDigest.of(
        set.samples().stream()
            .map(
                s ->
                    Stream.concat(Stream.of(s.image()), s.mask().stream())
                        .map(p -> FileState.of(p, name(root, p)))
                        .collect(Collectors.joining(" ", "", " " + s.anomalous())))
            .collect(Collectors.joining("\n")));
  }

  private static String name(Path root, Path file) {
    Path p = file.toAbsolutePath().normalize();
    return (p.startsWith(root) ? root.relativize(p) : p).toString();
  }
}
