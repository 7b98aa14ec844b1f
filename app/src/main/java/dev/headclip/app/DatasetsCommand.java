package dev.headclip.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataCheck;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDataset.Count;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.dataset.KolektorThirds;
import dev.headclip.image.ImageLoader;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip datasets}. */
@Command(
    name = "datasets",
    description = "Lists, checks, prepares and makes data sets.",
    subcommands = {
      DatasetsCommand.ListSets.class,
      DatasetsCommand.Check.class,
      DatasetsCommand.Prepare.class,
      DatasetsCommand.Synthesize.class
    })
final class DatasetsCommand implements Callable<Integer> {
  @picocli.CommandLine.Spec private picocli.CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return Main.UNUSABLE;
  }

  /** {@code headclip datasets list}. */
  @Command(
      name = "list",
      description = "The paper's 17 data sets: where to get them, licences, layouts.")
  static final class ListSets implements Callable<Integer> {
    enum Format {
      text,
      json
    }

    @Option(
        names = "--format",
        paramLabel = "text|json",
        defaultValue = "text",
        description = "json: one object a line (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Override
    public Integer call() {
      for (KnownDataset d : KnownDatasets.all()) {
        System.out.println(format == Format.json ? json(d) : text(d));
      }
      if (format == Format.text) {
        System.out.println(
            "Nothing is downloaded: get a set from its source, then 'headclip datasets check NAME ROOT'.");
      }
      return Main.OK;
    }

    private static ObjectNode json(KnownDataset d) {
      ObjectNode o = new ObjectMapper().createObjectNode();
      o.put("name", d.name()).put("paper_name", d.paperName());
      o.put("domain", d.domain().name().toLowerCase(Locale.ROOT));
      d.published().keySet().forEach(c -> o.withArray("classes").add(c));
      o.put("source", d.source()).put("licence", d.licence()).put("remark", d.remark());
      d.layouts().forEach(l -> o.withArray("layouts").add(l.looks()));
      return o;
    }

    private static String text(KnownDataset d) {
      StringBuilder s = new StringBuilder();
      s.append(
          "%-9s %s, %s, %d class%s%n"
              .formatted(
                  d.name(),
                  d.paperName(),
                  d.domain().name().toLowerCase(Locale.ROOT),
                  d.published().size(),
                  d.published().size() == 1 ? "" : "es"));
      s.append("          from %s, licence: %s%n".formatted(d.source(), d.licence()));
      s.append("          layout: %s%n".formatted(d.layouts().get(0).looks()));
      if (!d.remark().isEmpty()) {
        s.append("          note: %s%n".formatted(d.remark()));
      }
      return s.toString().stripTrailing();
    }
  }

  /** {@code headclip datasets check}. */
  @Command(
      name = "check",
      description = "Reads every image and mask of a data set and compares the counts.",
      footer = {
        "",
        "Exit code 0: complete and whole, 1: something is missing or broken.",
        "",
        "Examples:",
        "  headclip datasets check mvtec downloads/mvtec_ad",
        "  headclip datasets check any my-parts"
      })
  static final class Check implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME", description = "See 'datasets list', or any.")
    private String name;

    @Parameters(index = "1", paramLabel = "ROOT", description = "Its folder, or a manifest.")
    private Path root;

    @Override
    public Integer call() {
      AnnotatedSet set = AnnotatedSet.read(Optional.of(name).filter(n -> !n.equals("any")), root);
      DataCheck.Result check;
      try (ProgressLine progress = ProgressLine.of("check", set.samples().size(), "images")) {
        check = DataCheck.run(set.samples(), ImageLoader.defaults(), n -> progress.at(n, ""));
      }
      System.out.printf("%s in %s%n", set.name(), set.root());
      boolean complete = counts(set);
      set.remarks().forEach(r -> System.out.println("note: " + r));
      check.remarks().forEach(r -> System.out.println("note: " + r));
      check.problems().forEach(p -> System.out.println("problem: " + p));
      set.known()
          .map(KnownDataset::remark)
          .filter(r -> !r.isEmpty())
          .ifPresent(r -> System.out.println("note: " + r));
      return complete && check.problems().isEmpty() ? Main.OK : Main.SOME_FAILED;
    }

    /** Whether every class has its published number of images, where that is known. */
    private static boolean counts(AnnotatedSet set) {
      Map<String, Count> published = new LinkedHashMap<>();
      set.known()
          .ifPresent(
              k -> k.published().forEach((c, n) -> published.put(KnownDataset.sameName(c), n)));
      Map<String, Count> missing = new LinkedHashMap<>(published);
      boolean complete = true;
      System.out.printf("%-24s %8s %10s   %s%n", "class", "normal", "anomalous", "published");
      for (Map.Entry<String, Count> c : set.counts().entrySet()) {
        String key = KnownDataset.sameName(c.getKey());
        Count expected = published.get(key);
        missing.remove(key);
        boolean known = expected != null && expected.normal() + expected.anomalous() > 0;
        boolean same = !known || expected.equals(c.getValue());
        complete &= same;
        System.out.printf(
            "%-24s %8d %10d   %s%n",
            c.getKey(),
            c.getValue().normal(),
            c.getValue().anomalous(),
            !known
                ? "-"
                : "%d %d%s"
                    .formatted(expected.normal(), expected.anomalous(), same ? "" : "  differs"));
      }
      for (String c : missing.keySet()) {
        System.out.printf("%-24s %8s %10s   missing%n", c, "-", "-");
        complete = false;
      }
      return complete;
    }
  }

  /** {@code headclip datasets prepare}. */
  @Command(
      name = "prepare",
      description = {
        "Brings a data set into the form in which it was evaluated.",
        "sdd: AdaCLIP's thirds: every image of KolektorSDD is cut into three, a quarter of the",
        "normal ones is the test part. AnomalyCLIP's preparation is not published; its author's",
        "copy is read as it is. The other sets need no preparation."
      },
      footer = {"", "Example:", "  headclip datasets prepare sdd KolektorSDD sdd-thirds"})
  static final class Prepare implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "sdd", description = "The data set.")
    private String name;

    @Parameters(index = "1", paramLabel = "RAW", description = "As downloaded.")
    private Path raw;

    @Parameters(index = "2", paramLabel = "OUT", description = "A new or empty folder.")
    private Path out;

    @Override
    public Integer call() {
      if (!name.equals("sdd")) {
        throw new dev.headclip.HeadClipException(
            "%s needs no preparation; only sdd does".formatted(KnownDatasets.named(name).name()));
      }
      KolektorThirds.Counts c = KolektorThirds.prepare(raw, out);
      System.out.printf(
          "%s: test %d normal, %d anomalous; train %d normal (published: test 286, 54)%n",
          out, c.testNormal(), c.testAnomalous(), c.trainNormal());
      return Main.OK;
    }
  }

  /** {@code headclip datasets synthesize}. */
  @Command(
      name = "synthesize",
      description =
          "Draws surfaces and objects with defects and their masks, in MVTec layout; deterministic.",
      footer = {"", "Example:", "  headclip datasets synthesize auxiliary --seed 1 --count 2000"})
  static final class Synthesize implements Callable<Integer> {
    @Parameters(paramLabel = "OUT", description = "A new or empty folder.")
    private Path out;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "1",
        description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "1000",
        description = "Pictures in all (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
        names = "--size",
        paramLabel = "PIXELS",
        defaultValue = "256",
        description = "Side of a picture (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
        names = "--line",
        description =
            "Each class is one product before one camera, as on a production line: for references and batches.")
    private boolean line;

    @Option(
        names = "--kept-kinds",
        description =
            "Of drawn things only kinds that pretraining never draws, and arrangements: for telling how far a model carries.")
    private boolean keptKinds;

    // every folder of pictures becomes a class
    @Mixin private PictureOptions pictures;

    @Override
    public Integer call() {
      long start = System.nanoTime();
      Generator any = pictures.generator(seed, size, 1);
      Generator drawn = keptKinds ? any.ofKeptKinds() : any;
      Generator generator = line ? drawn.onLine() : drawn;
      try (ProgressLine progress = ProgressLine.of("synthesize", count, "images")) {
        DataSetWriter.write(out, generator, count, n -> progress.at(n, ""));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.err.printf("%d images in %s, %.0f a minute%n", count, out, count / seconds * 60);
      return Main.OK;
    }
  }
}
