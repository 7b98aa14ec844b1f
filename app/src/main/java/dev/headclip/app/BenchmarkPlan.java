package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.evaluate.Published;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.method.TrainSettings;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.Protocol;
import dev.headclip.settings.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Experiments: every variant is trained on every auxiliary set with every seed, and evaluated on
 * that set's targets.
 *
 * @param name of the plan
 * @param title of the report
 * @param backbone the CLIP, where the plan names one
 * @param device of training and scoring, where the plan names one
 * @param seeds of training
 * @param common flags of {@code train} for all variants
 * @param variants by name, with their own flags
 * @param selecting variants whose epoch is chosen on the experiment's second set
 * @param references by variant, what images are compared with; none for zero-shot ones
 * @param stored by variant, the adapter or model that is taken in place of training one
 * @param trainedAs by variant, the one whose training serves it
 * @param published by variant, what the paper prints for it
 * @param experiments auxiliary sets and their targets
 * @param lambdas weights of the local score for the sweep of Figure 4
 * @param protocol of the pixel figures
 * @param pictures shown side by side (Figure 3)
 * @param questions that variants answer
 */
record BenchmarkPlan(
    String name,
    String title,
    Optional<String> backbone,
    Optional<String> device,
    List<Long> seeds,
    Map<String, String> common,
    Map<String, Map<String, String>> variants,
    Set<String> selecting,
    Map<String, BenchmarkReferences> references,
    Map<String, String> stored,
    Map<String, String> trainedAs,
    Map<String, List<Published>> published,
    List<Experiment> experiments,
    List<Double> lambdas,
    Protocol protocol,
    Pictures pictures,
    List<Question> questions) {
  private static final List<String> SHIPPED =
      List.of(
          "ablation",
          "ablation-layers",
          "few-shot",
          "paper-industrial",
          "paper-medical",
          "paper-ablations",
          "readings");
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<String> KEYS =
      List.of(
          "name",
          "title",
          "backbone",
          "device",
          "seeds",
          "train",
          "variants",
          "experiments",
          "lambdas",
          "protocol",
          "pictures",
          "questions");

  /**
   * A data set to be found: one of the paper's by name, a folder, or pictures to be drawn.
   *
   * @param name for tables
   * @param dataset one of the paper's
   * @param root its folder, where the plan names it
   * @param seed of drawn pictures
   * @param count of drawn pictures; 0 for none
   * @param parts the sets that are taken as one; none for a single one
   */
  record Source(
      String name,
      Optional<String> dataset,
      Optional<String> root,
      long seed,
      int count,
      List<Source> parts) {
    /** Of plans that train nothing. */
    static final Source NONE =
        new Source("none", Optional.empty(), Optional.empty(), 0, 0, List.of());
  }

  /**
   * Which images are shown with every variant's map.
   *
   * @param perSet chosen by program in each target, evenly over its anomalous ones; 0 for none
   * @param named ends of the paths of others
   */
  record Pictures(int perSet, List<String> named) {}

  /**
   * What is trained on and what is evaluated then.
   *
   * @param auxiliary trained on
   * @param validate looked at after each epoch by the variants that choose one
   * @param targets never seen in training
   */
  record Experiment(Source auxiliary, Optional<Source> validate, List<Source> targets) {
    /** The data set that a variant chooses its epoch on; none where it takes the last. */
    Optional<Source> chosenOn(BenchmarkPlan plan, String variant) {
      return validate.filter(v -> plan.selecting().contains(variant));
    }
  }

  /**
   * Something that is left open, and the variants that read it differently.
   *
   * @param text in words
   * @param variants of the plan
   */
  record Question(String text, List<String> variants) {}

  /** A shipped plan or a YAML file. */
  static BenchmarkPlan read(String nameOrFile) {
    try {
      if (SHIPPED.contains(nameOrFile)) {
        try (InputStream in =
            BenchmarkPlan.class.getResourceAsStream("/headclip/plans/" + nameOrFile + ".yaml")) {
          return parse(nameOrFile, YAML.readTree(in));
        }
      }
      Path file = Path.of(nameOrFile);
      if (!Files.isRegularFile(file)) {
        throw new HeadClipException(
            "%s: no such plan, expected a YAML file or one of %s"
                .formatted(nameOrFile, String.join(", ", SHIPPED)));
      }
      return parse(nameOrFile, YAML.readTree(file.toFile()));
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: not YAML (%s)"
              .formatted(nameOrFile, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static BenchmarkPlan parse(String file, JsonNode o) {
    if (o == null || !o.isObject()) {
      throw new HeadClipException("%s: expected an object with experiments".formatted(file));
    }
    o.fieldNames()
        .forEachRemaining(
            k -> {
              if (!KEYS.contains(k)) {
                throw new HeadClipException(
                    "%s: unknown key %s, expected %s".formatted(file, k, String.join(", ", KEYS)));
              }
            });
    Variants found = new Variants(file);
    o.path("variants").forEach(found::add);
    if (found.flags.isEmpty()) {
      found.flags.put("HeadCLIP", Map.of());
      found.published.put("HeadCLIP", List.of(Published.parse("HeadCLIP")));
    }
    List<Experiment> experiments = new ArrayList<>();
    for (JsonNode e : o.path("experiments")) {
      List<Source> targets = new ArrayList<>();
      for (JsonNode t : e.path("targets")) {
        Source target = source(file, t);
        if (targets.stream().anyMatch(x -> x.name().equals(target.name()))) {
          throw new HeadClipException(
              "%s: two targets are called %s; give one another name"
                  .formatted(file, target.name()));
        }
        targets.add(target);
      }
      Optional<Source> validate = Optional.ofNullable(e.get("validate")).map(v -> source(file, v));
      if (validate.isEmpty() && !found.selecting.isEmpty()) {
        throw new HeadClipException(
            "%s: %s selects the best epoch: an experiment without validate"
                .formatted(file, String.join(", ", found.selecting)));
      }
      // where nothing is trained, there is nothing to train on
      boolean none = e.path("auxiliary").isMissingNode();
      Source auxiliary = none ? Source.NONE : source(file, e.path("auxiliary"));
      experiments.add(new Experiment(auxiliary, validate, targets));
    }
    if (experiments.isEmpty()) {
      throw new HeadClipException("%s: no experiments".formatted(file));
    }
    List<Long> seeds = new ArrayList<>();
    PlanFields fields = new PlanFields(file);
    fields.list(o, "seeds").forEach(s -> seeds.add(fields.whole("seeds", s, 0, Long.MAX_VALUE)));
    List<Double> lambdas = new ArrayList<>();
    fields.list(o, "lambdas").forEach(l -> lambdas.add(fields.share("lambdas", l)));
    String name = o.path("name").asText(Path.of(file).getFileName().toString());
    return new BenchmarkPlan(
        name.replaceFirst("\\.ya?ml$", ""),
        o.path("title").asText(name),
        Optional.ofNullable(o.get("backbone")).map(JsonNode::asText),
        Optional.ofNullable(o.get("device")).map(JsonNode::asText),
        seeds.isEmpty() ? List.of(TrainSettings.defaults().seed()) : seeds,
        flags(o.path("train")),
        found.flags,
        found.selecting,
        found.references,
        found.stored,
        found.trainedAs,
        found.published,
        experiments,
        lambdas,
        fields.protocol(o.path("protocol")),
        pictures(fields, o.path("pictures")),
        questions(file, o.path("questions"), found.flags.keySet()));
  }

  /** A plan's variants, as they are read. */
  private static final class Variants {
    private final String file;
    private final Map<String, Map<String, String>> flags = new LinkedHashMap<>();
    private final Set<String> selecting = new LinkedHashSet<>();
    private final Map<String, BenchmarkReferences> references = new LinkedHashMap<>();
    private final Map<String, String> stored = new LinkedHashMap<>();
    private final Map<String, String> trainedAs = new LinkedHashMap<>();
    private final Map<String, List<Published>> published = new LinkedHashMap<>();

    Variants(String file) {
      this.file = file;
    }

    void add(JsonNode v) {
      Map<String, String> own = flags(v);
      String name = own.remove("name");
      if (name == null) {
        throw new HeadClipException("%s: a variant without name".formatted(file));
      }
      String where = "%s, variant %s".formatted(file, name);
      published.put(name, published(file, name, own.remove("published")));
      BenchmarkReferences.take(where, own).ifPresent(r -> references.put(name, r));
      Optional<String> of = Optional.ofNullable(own.remove("of"));
      Optional<String> adapter = Optional.ofNullable(own.remove("adapter"));
      if ((of.isPresent() || adapter.isPresent())
          && (!own.isEmpty() || of.isPresent() == adapter.isPresent())) {
        throw new HeadClipException(
            "%s: of or adapter says what is scored with, so leave out %s"
                .formatted(where, own.isEmpty() ? "one of them" : String.join(", ", own.keySet())));
      }
      adapter.ifPresent(a -> stored.put(name, a));
      of.ifPresent(base -> like(where, name, base, own));
      if (TrainCommand.Select.of(own.remove("select")) == TrainCommand.Select.best) {
        selecting.add(name);
      }
      flags.put(name, own);
    }

    private void like(String where, String name, String base, Map<String, String> own) {
      if (!flags.containsKey(base) || trainedAs.containsKey(base)) {
        throw new HeadClipException(
            "%s: of %s, expected a variant above it that has a training of its own"
                .formatted(where, base));
      }
      trainedAs.put(name, base);
      own.putAll(flags.get(base));
      Optional.ofNullable(stored.get(base)).ifPresent(a -> stored.put(name, a));
      if (selecting.contains(base)) {
        own.put("select", TrainCommand.Select.best.name());
      }
    }
  }

  /** The variant whose training serves another: most often itself. */
  String trainedAs(String variant) {
    return trainedAs.getOrDefault(variant, variant);
  }

  private static List<Question> questions(String file, JsonNode o, Set<String> variants) {
    List<Question> all = new ArrayList<>();
    for (JsonNode q : o) {
      List<String> named = new ArrayList<>();
      q.path("variants").forEach(v -> named.add(v.asText()));
      for (String v : named) {
        if (!variants.contains(v)) {
          throw new HeadClipException(
              "%s, question %s: no variant %s".formatted(file, q.path("question").asText(), v));
        }
      }
      all.add(new Question(q.path("question").asText(), List.copyOf(named)));
    }
    return all;
  }

  private static Pictures pictures(PlanFields fields, JsonNode o) {
    List<String> named = new ArrayList<>();
    fields.list(o, "images").forEach(i -> named.add(fields.text("images", i)));
    int perSet = o.has("per_set") ? (int) fields.whole("per_set", o.get("per_set"), 0, 1000) : 0;
    return new Pictures(perSet, List.copyOf(named));
  }

  /** One row of the paper, or several with semicolons between. */
  private static List<Published> published(String file, String variant, String text) {
    if (text == null) {
      return List.of();
    }
    try {
      return Arrays.stream(text.split(";")).map(t -> Published.parse(t.strip())).toList();
    } catch (HeadClipException e) {
      throw new HeadClipException("%s, variant %s: %s".formatted(file, variant, e.getMessage()), e);
    }
  }

  /** What the paper prints for a variant's figure of a data set, where it does. */
  OptionalDouble published(
      String variant, KnownDataset set, String category, Level level, Figure figure) {
    return first(
        published.getOrDefault(variant, List.of()).stream()
            .map(p -> p.figure(set, category, level, figure)));
  }

  /** The same for an average over data sets. */
  OptionalDouble published(String variant, List<KnownDataset> sets, Level level, Figure figure) {
    return first(
        published.getOrDefault(variant, List.of()).stream()
            .map(p -> p.average(sets, level, figure)));
  }

  private static OptionalDouble first(Stream<OptionalDouble> found) {
    return found.filter(OptionalDouble::isPresent).findFirst().orElse(OptionalDouble.empty());
  }

  /** The seeds of a variant: one where nothing is drawn. */
  List<Long> seeds(String variant, ClipConfig config) {
    if (references.containsKey(variant) && !references.get(variant).batched()) {
      return seeds;
    }
    if (stored.containsKey(variant)) {
      return seeds.subList(0, 1);
    }
    Recipe r = recipe(variant, seeds.get(0), config);
    boolean draws =
        !r.method().learned(config).isEmpty()
            || Schema.of(r.method().method().settings()).keys().stream()
                .anyMatch(k -> k.endsWith("_seed"));
    return draws ? seeds : seeds.subList(0, 1);
  }

  private static Map<String, String> flags(JsonNode o) {
    return o.isMissingNode() ? new LinkedHashMap<>() : ConfigFile.values("plan", o);
  }

  private static Source source(String file, JsonNode s) {
    if (s.isTextual()) {
      return new Source(s.asText(), Optional.of(s.asText()), Optional.empty(), 0, 0, List.of());
    }
    if (s.isArray()) {
      List<Source> parts = new ArrayList<>();
      s.forEach(p -> parts.add(source(file, p)));
      String all = parts.stream().map(Source::name).collect(Collectors.joining("+"));
      return new Source(all, Optional.empty(), Optional.empty(), 0, 0, List.copyOf(parts));
    }
    PlanFields fields = new PlanFields(file);
    int count =
        s.has("synthesize")
            ? (int) fields.whole("synthesize", s.get("synthesize"), 1, 10_000_000)
            : 0;
    long seed = s.has("seed") ? fields.whole("seed", s.get("seed"), 0, Long.MAX_VALUE) : 1;
    for (String text : List.of("dataset", "root", "name")) {
      if (s.has(text)) {
        fields.text(text, s.get(text));
      }
    }
    Optional<String> dataset = Optional.ofNullable(s.get("dataset")).map(JsonNode::asText);
    Optional<String> root = Optional.ofNullable(s.get("root")).map(JsonNode::asText);
    if (count == 0 && dataset.isEmpty() && root.isEmpty()) {
      throw new HeadClipException(
          "%s: %s is no data set, expected a name, or dataset, root or synthesize"
              .formatted(file, s));
    }
    String name =
        s.path("name")
            .asText(
                dataset.orElseGet(
                    () ->
                        root.map(r -> Path.of(r).getFileName().toString())
                            .orElse("drawn-%d-%d".formatted(seed, count))));
    return new Source(name, dataset, root, seed, count, List.of());
  }

  /** A target's name, with the auxiliary set's where it is evaluated after several. */
  String row(String auxiliary, String target) {
    long times =
        experiments.stream()
            .flatMap(e -> e.targets().stream())
            .filter(t -> t.name().equals(target))
            .count();
    return times > 1 ? "%s (from %s)".formatted(target, auxiliary) : target;
  }

  /** A source, or what it is put together from. */
  static List<Source> sources(Source s) {
    return s.parts().isEmpty() ? List.of(s) : s.parts();
  }

  /** Throws where a name is wrong, before hours are spent on the rest. */
  void check() {
    for (Experiment e : experiments) {
      sources(e.auxiliary()).forEach(s -> s.dataset().ifPresent(KnownDatasets::named));
      e.validate().flatMap(Source::dataset).ifPresent(KnownDatasets::named);
      e.targets().forEach(t -> t.dataset().ifPresent(KnownDatasets::named));
    }
  }

  /** Throws where a variant's flags are wrong. */
  void check(String variant, ClipConfig config) {
    if (!stored.containsKey(variant)) {
      Recipe r = recipe(variant, seeds.get(0), config);
      boolean nothing = experiments.stream().anyMatch(e -> e.auxiliary().equals(Source.NONE));
      if (nothing && !r.method().learned(config).isEmpty()) {
        throw new HeadClipException(
            "plan %s, variant %s is trained, and an experiment names no auxiliary set; name one, or an adapter for the variant"
                .formatted(name, variant));
      }
    }
    try {
      Optional.ofNullable(references.get(variant)).ifPresent(r -> r.of(config));
    } catch (IllegalArgumentException e) {
      throw new HeadClipException(
          "plan %s, variant %s: %s".formatted(name, variant, e.getMessage()), e);
    }
  }

  /**
   * The same with other seeds, and with some flags set for every variant.
   *
   * @param others none for the plan's own
   * @param adapter in place of training, where there is one, of variants that name no method
   */
  BenchmarkPlan with(List<Long> others, Map<String, String> forAll, Optional<String> adapter) {
    Map<String, String> taken = new LinkedHashMap<>(stored);
    // a variant of another method stays what its name says
    for (String v : adapter.isPresent() ? variants.keySet() : Set.<String>of()) {
      if (!variants.get(v).containsKey("method")) {
        taken.put(v, adapter.get());
      }
    }
    Map<String, Map<String, String>> changed = new LinkedHashMap<>();
    variants.forEach(
        (name, flags) -> {
          Map<String, String> own = new LinkedHashMap<>(flags);
          if (!taken.containsKey(name)) {
            own.putAll(forAll);
          }
          changed.put(name, own);
        });
    return new BenchmarkPlan(
        name,
        title,
        backbone,
        device,
        others.isEmpty() ? seeds : List.copyOf(others),
        common,
        changed,
        selecting,
        references,
        taken,
        trainedAs,
        published,
        experiments,
        lambdas,
        protocol,
        pictures,
        questions);
  }

  /** What a variant is trained with. */
  Recipe recipe(String variant, long seed, ClipConfig config) {
    Map<String, String> all = new LinkedHashMap<>(common);
    all.putAll(variants.get(variant));
    try {
      Recipe r = Recipe.of(all.getOrDefault("method", Methods.DEFAULT), config);
      String preset = all.remove("preset");
      all.remove("method");
      Map<String, String> named = SettingNames.keys(r, all);
      named.put("seed", String.valueOf(seed));
      // draws at test time go with the seed as well
      List<String> own = Schema.of(r.method().method().settings()).keys();
      own.stream()
          .filter(k -> k.endsWith("_seed"))
          .forEach(k -> named.putIfAbsent(k, String.valueOf(seed)));
      Recipe chosen = preset == null ? r : r.preset(preset, config);
      Recipe complete = chosen.with(named);
      complete.method().check(config);
      return complete;
    } catch (IllegalArgumentException | HeadClipException e) {
      throw new HeadClipException(
          "plan %s, variant %s: %s".formatted(name, variant, e.getMessage()), e);
    }
  }
}
