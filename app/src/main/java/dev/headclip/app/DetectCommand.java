package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Batch;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.ImageFormat;
import dev.headclip.results.CocoDocument;
import dev.headclip.results.Report;
import dev.headclip.results.ResultFormat;
import dev.headclip.watch.ResultFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headclip detect}. */
@Command(
    name = "detect",
    description = "Scores images: verdict, score, regions, heat maps.",
    footer = {
      "",
      "Examples:",
      "  headclip detect samples",
      "  headclip detect parts/ --normal good/",
      "  headclip detect parts/ --batched",
      "  headclip detect parts/ --format json --maps none > results.jsonl",
      "  headclip detect scan.png --threshold 0.6 --out maps --maps npy",
      "  headclip detect parts/ --backbone clip-vit-large-patch14-336 --adapter mvtec.safetensors",
      "  headclip detect parts/ --backbone vit-b-16-plus-240 --method winclip --class-name screw",
      "",
      "Exit code: 0 all images scored, 1 some failed, 2 wrong usage or model."
    })
final class DetectCommand implements Callable<Integer>, WithSettings {
  /** An image that takes longer to decode comes when it is ready; the others do not wait. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Of all results. */
  static final String PAGE = "index.html";

  enum Pages {
    all,
    first
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE|FOLDER",
      arity = "1..*",
      description = "Images, or folders that are searched in depth.")
  private List<Path> inputs;

  @Mixin private ModelOptions model;

  @Mixin private ReferenceOptions references;

  @Mixin private RegionOptions regions;

  @Mixin private EngineOptions compute;

  @Option(
      names = "--format",
      paramLabel = "text|json|csv|coco",
      defaultValue = "text",
      description =
          "Form of the results; json is one object a line, coco one document with the regions' pixels (default: ${DEFAULT-VALUE}).")
  private ResultFormat format;

  @Option(
      names = "--csv-guard",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "In CSV, an apostrophe before names that a spreadsheet would run as a formula (default: on).")
  private boolean csvGuard;

  @Option(
      names = "--pages",
      paramLabel = "all|first",
      defaultValue = "all",
      description =
          "Of a TIFF of several pages; of an animation always the first frame (default: ${DEFAULT-VALUE}).")
  private Pages pages;

  @Option(
      names = "--batched",
      description =
          "The images, unlabelled and of one kind, are scored among themselves: nothing else is needed.")
  private boolean batched;

  @Option(
      names = "--by-folder",
      description = "With --batched: the images of each folder are a batch of their own.")
  private boolean byFolder;

  @Mixin private MapOptions maps;

  private Optional<Report.Compared> compared = Optional.empty();
  private Optional<CocoDocument> coco = Optional.empty();
  private Optional<ResultsPage> page = Optional.empty();
  private String modelName = "";

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    references.addSettings(command);
    compute.addSettings(command);
  }

  /** Counts of what became of the images. */
  private static final class Counts {
    private int anomalous;
    private int normal;
    private int failed;

    void add(Row r) {
      if (r.failed()) {
        failed++;
      } else if (r.anomalous()) {
        anomalous++;
      } else {
        normal++;
      }
    }

    int all() {
      return anomalous + normal + failed;
    }
  }

  private record Row(String text, boolean failed, boolean anomalous) {}

  @Override
  public Integer call() throws IOException {
    ImageSearch search = new ImageSearch(maps.out(), pages == Pages.all);
    for (Path p : inputs) {
      search.add(p);
    }
    List<ImageSearch.Found> images = search.images();
    if (images.isEmpty()) {
      search.remarks().stream().filter(r -> r.startsWith("note")).forEach(System.err::println);
      throw new HeadClipException(
          "%s: no images, expected %s files".formatted(inputs.get(0), ImageFormat.READABLE));
    }
    Counts counts = new Counts();
    try (Stopper stopper = Stopper.heldLater(20)) {
      if (maps.writesPage()) {
        page = Optional.of(new ResultsPage());
      }
      if (format == ResultFormat.coco) {
        coco = Optional.of(new CocoDocument());
      }
      boolean heard =
          batched || byFolder
              ? batches(search, images, stopper, counts)
              : single(search, images, stopper, counts);
      coco.ifPresent(c -> out().println(c.json()));
      if (!heard || out().checkError()) {
        throw new HeadClipException(
            "the results cannot be written to standard output (full, or closed); stopped");
      }
      search.remarks().forEach(System.err::println);
      page.filter(p -> counts.all() > 0)
          .ifPresent(p -> p.write(maps.out().resolve(PAGE), facts(images.size(), counts)));
      summary(counts, stopper.flag().get(), images.size());
      return counts.failed > 0 || search.anyEmpty() ? Main.SOME_FAILED : Main.OK;
    }
  }

  /** Of the run, for its page. */
  private Map<String, Object> facts(int images, Counts counts) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", modelName);
    compared.ifPresent(c -> facts.put("images", c.text()));
    facts.put("date", java.time.LocalDateTime.now().withNano(0).toString().replace('T', ' '));
    if (counts.all() < images) {
      facts.put("stopped", "%d of %d images looked at".formatted(counts.all(), images));
    }
    return facts;
  }

  private boolean single(
      ImageSearch search, List<ImageSearch.Found> images, Stopper stopper, Counts counts)
      throws IOException {
    try (Detector detector = model.detector(compute, references, regions)) {
      if (model.targetFpr().isPresent()) {
        System.err.println("note: " + detector.model().threshold().origin());
      }
      regions
          .cost(search.files(), detector.model().imageSize())
          .ifPresent(c -> System.err.println("note: " + c));
      maps.prepare();
      stopper.hold();
      return run(detector, images, stopper, counts);
    }
  }

  /** Each batch's images, by the folder that they lie in or all together. */
  private Map<String, List<ImageSearch.Found>> grouped(List<ImageSearch.Found> images) {
    Map<String, List<ImageSearch.Found>> all = new LinkedHashMap<>();
    for (ImageSearch.Found f : images) {
      Path home = Path.of(f.source().id()).toAbsolutePath().getParent();
      all.computeIfAbsent(byFolder ? home.toString() : "", k -> new ArrayList<>()).add(f);
    }
    return all;
  }

  private boolean batches(
      ImageSearch search, List<ImageSearch.Found> images, Stopper stopper, Counts counts) {
    if (byFolder && !batched) {
      throw new HeadClipException("--by-folder without --batched; add it");
    }
    Map<String, List<ImageSearch.Found>> groups = grouped(images);
    try (Comparer comparer = references.comparer(regions.on(model.builder(compute, true)))) {
      ModelOptions.said(comparer.model());
      maps.prepare();
      regions
          .cost(search.files(), comparer.model().imageSize())
          .ifPresent(c -> System.err.println("note: " + c));
      BatchCost.of(comparer, groups.values()).ifPresent(c -> System.err.println("note: " + c));
      Report.of(format, "", csvGuard, Optional.empty()).header().ifPresent(out()::println);
      stopper.hold();
      for (Map.Entry<String, List<ImageSearch.Found>> group : groups.entrySet()) {
        if (!batch(comparer, group.getKey(), group.getValue(), stopper, counts)) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean batch(
      Comparer comparer,
      String folder,
      List<ImageSearch.Found> images,
      Stopper stopper,
      Counts counts) {
    Map<ImageSource, String> names = names(images);
    String scorer = comparer.settings().scorer().key();
    compared = Optional.of(new Report.Compared(scorer, images.size(), true));
    modelName = comparer.model().name();
    Report report = Report.of(format, modelName, csvGuard, compared);
    Batch.Result result;
    try (ProgressLine progress = progress(images.size())) {
      result =
          comparer.score(
              images.stream().map(ImageSearch.Found::source).toList(),
              (step, done, all) -> progress.at((long) done * images.size() / all, step),
              stopper.flag());
    } catch (HeadClipException e) {
      if (!byFolder) {
        throw e;
      }
      // the other folders' batches are not this one's fault
      for (ImageSearch.Found f : images) {
        if (!print(new Row(report.failed(f.source().id(), e.getMessage()), true, false), counts)) {
          return false;
        }
      }
      return true;
    }
    String where = byFolder ? folder + ": " : "";
    result.remarks().forEach(r -> System.err.println("note: " + where + r));
    boolean[] heard = {true};
    result.each(
        o -> row(pictured(o), names.get(o.source()), report),
        r -> {
          heard[0] = print(r, counts);
          return heard[0] && !stopper.flag().get();
        });
    return heard[0];
  }

  /** With the decoded image once more, where it is drawn upon. */
  private Outcome pictured(Outcome o) {
    if (!maps.wantsPixels() || !(o instanceof Outcome.Scored s)) {
      return o;
    }
    try {
      return s.withPixels(compute.loader());
    } catch (HeadClipException e) {
      return new Outcome.Failed(s.source(), e.getMessage());
    }
  }

  private static Map<ImageSource, String> names(List<ImageSearch.Found> images) {
    Map<ImageSource, String> names = new IdentityHashMap<>();
    images.forEach(i -> names.put(i.source(), i.name()));
    return names;
  }

  /** Whether it could be printed. */
  private boolean print(Row r, Counts counts) {
    PrintStream to = r.failed() && format == ResultFormat.text ? System.err : out();
    if (coco.isEmpty()) {
      to.println(r.text());
    }
    counts.add(r);
    return !to.checkError();
  }

  /** Whether all results could be printed. */
  private boolean run(
      Detector detector, List<ImageSearch.Found> images, Stopper stopper, Counts counts) {
    compared = Report.Compared.of(detector);
    modelName = detector.model().name();
    Report report = Report.of(format, modelName, csvGuard, compared);
    Map<ImageSource, String> names = names(images);
    List<ImageSource> sources = images.stream().map(ImageSearch.Found::source).toList();
    StreamSettings settings =
        StreamSettings.defaults().withPixels(maps.wantsPixels()).withPatience(PATIENCE);
    report.header().ifPresent(out()::println);
    try (ProgressLine progress = progress(sources.size());
        Detections<Row> rows =
            detector.stream(sources, settings, o -> row(o, names.get(o.source()), report))) {
      while (rows.hasNext()) {
        if (stopper.flag().get()) {
          rows.cancel();
          if (!rows.hasNext()) {
            break;
          }
        }
        if (!print(rows.next(), counts)) {
          return false;
        }
        progress.at(counts.all(), "");
      }
    }
    return true;
  }

  /** JSON and CSV go out as they are. */
  private PrintStream out() {
    return format == ResultFormat.text ? System.out : TerminalStream.data(System.out);
  }

  private ProgressLine progress(int total) {
    // a bar between lines of results on one terminal would tear both
    boolean own = format != ResultFormat.text || !Boolean.getBoolean("headclip.stdout.tty");
    return own ? ProgressLine.of("detect", total, "images") : ProgressLine.silent();
  }

  private void summary(Counts counts, boolean stopped, int total) {
    if (format != ResultFormat.text) {
      return;
    }
    System.err.printf(
        "%d image(s): %d anomalous, %d normal, %d failed%s%s%s%n",
        counts.all(),
        counts.anomalous,
        counts.normal,
        counts.failed,
        compared.map(c -> "; " + c.text()).orElse(""),
        maps.any() && counts.all() > counts.failed ? "; " + written() : "",
        stopped && counts.all() < total
            ? "; stopped, %d not looked at".formatted(total - counts.all())
            : "");
  }

  private String written() {
    return maps.writesPage()
        ? "results in " + maps.out().resolve(PAGE)
        : "heat maps in " + maps.out();
  }

  private Row row(Outcome outcome, String name, Report report) {
    if (outcome instanceof Outcome.Failed f) {
      String error = SettingFlags.named(spec, f.error());
      coco.ifPresent(c -> c.failed(f.source().id(), error));
      page.ifPresent(p -> p.failed(f.source().id(), error));
      return new Row(report.failed(f.source().id(), error), true, false);
    }
    Outcome.Scored s = (Outcome.Scored) outcome;
    ResultFiles.Written written;
    try {
      written = maps.pictures().write(s, name);
    } catch (HeadClipException e) {
      return new Row(report.failed(s.source().id(), e.getMessage()), true, false);
    }
    coco.ifPresent(c -> c.add(s.source().id(), s.detection()));
    page.ifPresent(p -> p.add(s.source().id(), s.detection(), s.pixels().orElseThrow()));
    Optional<Path> map = written.map();
    return new Row(
        report.scored(s.source().id(), s.detection(), map, written.overlay()),
        false,
        s.detection().anomalous());
  }
}
