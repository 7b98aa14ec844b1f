package dev.headclip.reference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.Tiling;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * References as a file: safetensors with the statistics of a subspace (float64) or the rows of a
 * bank, how each reference looks to the others, and under the metadata key {@value #KEY} settings,
 * ends and the model that they belong to. No picture is in it.
 */
public final class ReferenceFile {
  /** The metadata key. */
  public static final String KEY = "headclip_references";

  private static final int FORMAT = 1;
  private static final String MEAN = "statistics.mean";
  private static final String SCATTER = "statistics.scatter";
  private static final String BANK = "bank.";
  private static final String LEFT_OUT = "left_out.";
  private static final String REGION = "region";
  private static final double LONGEST_REGION = 2048;
  private static final long MOST_PIXELS = 500_000_000;
  private static final String SEEN = "seen.";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReferenceFile() {}

  /**
   * What a file holds.
   *
   * @param model the references
   * @param base the model that they belong to, as {@link #write} was told
   */
  public record Contents(ReferenceModel model, JsonNode base) {}

  /** Whether a path is such a file. */
  public static boolean is(Path path) {
    if (!path.toString().endsWith(".safetensors") || !Files.isRegularFile(path)) {
      return false;
    }
    try (SafetensorsFile f = SafetensorsFile.open(path)) {
      return f.metadata().containsKey(KEY);
    }
  }

  /**
   * Writes references.
   *
   * @param base names the model that they belong to, and shows which one it is
   */
  public static void write(Path path, ReferenceModel model, JsonNode base) {
    ObjectNode header = JSON.createObjectNode().put("format", FORMAT);
    header.set("base", base);
    header.set("settings", Schema.json(model.settings()));
    ObjectNode taps = header.putObject("taps");
    model.taps().layers().forEach(l -> taps.withArray("layers").add(l));
    taps.put("mean", model.taps().mean()).put("final_norm", model.taps().finalNorm());
    header.put("tiles", model.tiling().text());
    header.set("ends", Schema.json(model.ends()));
    List<Tensors<HostTensor>> judged = new ArrayList<>();
    List<Tensors<HostTensor>> seen = new ArrayList<>();
    for (ReferenceModel.Known k : model.known()) {
      ObjectNode one = header.withArray("references").addObject();
      one.put("name", k.name()).put("digest", k.digest()).putArray("judged");
      // rows of each: one, or as many as parts it was looked at in
      k.judged().forEach(j -> one.withArray("judged").add(j.list().get(0).size(0)));
      judged.addAll(k.judged());
      one.put("seen", k.seen().map(t -> t.list().get(0).size(0)).orElse(0));
      k.seen().ifPresent(seen::add);
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    if (model.scorer() instanceof MemoryBank bank) {
      bank.sizes().forEach(n -> header.withArray("rows").add(n));
      for (int i = 0; i < bank.rows().size(); i++) {
        tensors.put(BANK + i, bank.rows().get(i));
      }
    }
    model.region().ifPresent(r -> put(tensors, header, r));
    put(tensors, LEFT_OUT, judged);
    put(tensors, SEEN, seen);
    Map<String, double[]> doubles = new LinkedHashMap<>();
    model
        .statistics()
        .ifPresent(
            s -> {
              header.put("patches", s.count());
              doubles.put(MEAN, s.mean());
              doubles.put(SCATTER, s.scatter());
            });
    SafetensorsWriter.write(path, tensors, doubles, Map.of(KEY, header.toString()));
  }

  /** Smaller where it is large: a mask's edge is none of single pixels. */
  private static void put(Map<String, HostTensor> to, ObjectNode header, RegionOfInterest region) {
    header.putObject(REGION).put("width", region.width()).put("height", region.height());
    double scale = Math.min(1, LONGEST_REGION / (double) Math.max(region.width(), region.height()));
    int width = (int) Math.max(1, Math.round(region.width() * scale));
    int height = (int) Math.max(1, Math.round(region.height() * scale));
    RegionOfInterest less = region.resized(width, height);
    RegionOfInterest kept = less.size() > 0 ? less : region;
    to.put(REGION, HostTensor.of(kept.floats(), kept.height(), kept.width()));
  }

  private static Optional<RegionOfInterest> region(SafetensorsFile f, JsonNode header) {
    if (!header.has(REGION)) {
      return Optional.empty();
    }
    int width = header.path(REGION).path("width").asInt();
    int height = header.path(REGION).path("height").asInt();
    if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
      throw new IllegalArgumentException("a region of %d x %d".formatted(width, height));
    }
    HostTensor t = tensor(f, REGION);
    if (t.shape().length != 2 || t.size(0) < 1 || t.size(1) < 1) {
      throw new IllegalArgumentException("a region of %s".formatted(t));
    }
    byte[] counts = new byte[t.data().length];
    boolean any = false;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (byte) (t.data()[i] >= 0.5f ? 1 : 0);
      any |= counts[i] == 1;
    }
    if (!any) {
      throw new IllegalArgumentException("a region in which nothing counts");
    }
    return Optional.of(new RegionOfInterest(t.size(1), t.size(0), counts).resized(width, height));
  }

  private static void put(
      Map<String, HostTensor> to, String prefix, List<Tensors<HostTensor>> all) {
    if (!all.isEmpty()) {
      Tensors.joined(new HostOps(), all).named().forEach((name, t) -> to.put(prefix + name, t));
    }
  }

  /**
   * Reads references.
   *
   * @throws HeadClipException where the file holds none, or something else
   */
  public static Contents read(Path path) {
    try (SafetensorsFile f = SafetensorsFile.open(path)) {
      JsonNode header = JSON.readTree(f.metadata().getOrDefault(KEY, "null"));
      if (header.path("format").asInt() != FORMAT) {
        throw new HeadClipException(
            "%s: no references of format %d; expected a file that 'headclip remember' wrote"
                .formatted(path, FORMAT));
      }
      return new Contents(model(f, header), header.path("base"));
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: metadata key \"%s\" is not JSON".formatted(path, KEY), e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new HeadClipException("%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static ReferenceModel model(SafetensorsFile f, JsonNode header) {
    ReferenceSettings settings =
        Schema.of(ReferenceSettings.class)
            .read(header.path("settings"), ReferenceSettings.defaults());
    List<Integer> layers = new ArrayList<>();
    header.path("taps").path("layers").forEach(l -> layers.add(l.asInt()));
    TokenTaps taps =
        new TokenTaps(
            layers,
            header.path("taps").path("mean").asBoolean(),
            header.path("taps").path("final_norm").asBoolean(),
            false,
            settings.windows());
    NormalEnds ends = Schema.of(NormalEnds.class).read(header.path("ends"), NormalEnds.unknown());
    Optional<Statistics> statistics =
        f.tensors().containsKey(MEAN) ? Optional.of(statistics(f, header)) : Optional.empty();
    ReferenceScorer scorer =
        statistics
            .<ReferenceScorer>map(s -> Subspace.fit(s, settings.share()))
            .orElseGet(() -> bank(f, header, settings, taps));
    Tiling tiling = Tiling.of(header.path("tiles").asText("none"));
    return new ReferenceModel(
        settings, taps, tiling, scorer, ends, statistics, known(f, header), region(f, header));
  }

  private static Statistics statistics(SafetensorsFile f, JsonNode header) {
    double[] mean = f.doubles(MEAN);
    double[] scatter = f.doubles(SCATTER);
    for (double[] all : List.of(mean, scatter)) {
      for (double d : all) {
        if (!Double.isFinite(d)) {
          throw new IllegalArgumentException("its statistics hold " + d);
        }
      }
    }
    return new Statistics(header.path("patches").asLong(), mean, scatter);
  }

  private static MemoryBank bank(
      SafetensorsFile f, JsonNode header, ReferenceSettings settings, TokenTaps taps) {
    List<HostTensor> rows = new ArrayList<>();
    int banks = taps.sets() * settings.boxes().size() + settings.windows().size();
    for (int i = 0; i < banks; i++) {
      rows.add(tensor(f, BANK + i));
    }
    List<Integer> sizes = new ArrayList<>();
    header.path("rows").forEach(n -> sizes.add(n.asInt()));
    return MemoryBank.stored(MemoryBank.Shape.of(settings), rows, sizes);
  }

  private static HostTensor tensor(SafetensorsFile f, String name) {
    if (!f.tensors().containsKey(name)) {
      throw new IllegalArgumentException("tensor %s is missing".formatted(name));
    }
    return f.host(name);
  }

  /** Rows of tensors, taken one after the other. */
  private static final class Rows {
    private final Tensors<HostTensor> all;
    private final int count;
    private int at;

    /**
     * @param prefix of the tensors' names
     * @param count of rows that each must have
     */
    Rows(SafetensorsFile f, String prefix, int count) {
      Tensors<HostTensor> found = Tensors.none();
      for (String name : f.tensors().keySet()) {
        if (name.startsWith(prefix)) {
          HostTensor t = f.host(name);
          if (t.shape().length < 1 || t.size(0) != count) {
            throw new IllegalArgumentException(
                "tensor %s is %s, expected %d rows".formatted(name, t, count));
          }
          found = found.with(name.substring(prefix.length()), t);
        }
      }
      this.all = found;
      this.count = count;
    }

    Tensors<HostTensor> take(int rows) {
      if (rows < 1 || at + rows > count || all.named().isEmpty()) {
        throw new IllegalArgumentException("a reference of %d rows".formatted(rows));
      }
      Tensors<HostTensor> some = Tensors.rows(all, at, at + rows);
      at += rows;
      return some;
    }
  }

  private static List<ReferenceModel.Known> known(SafetensorsFile f, JsonNode header) {
    int judgedRows = 0;
    int seenRows = 0;
    for (JsonNode r : header.path("references")) {
      for (JsonNode n : r.path("judged")) {
        judgedRows = Math.addExact(judgedRows, n.asInt());
      }
      seenRows = Math.addExact(seenRows, r.path("seen").asInt());
    }
    Rows judged = new Rows(f, LEFT_OUT, judgedRows);
    Rows seen = new Rows(f, SEEN, seenRows);
    List<ReferenceModel.Known> known = new ArrayList<>();
    for (JsonNode r : header.path("references")) {
      List<Tensors<HostTensor>> own = new ArrayList<>();
      r.path("judged").forEach(n -> own.add(judged.take(n.asInt())));
      int rows = r.path("seen").asInt();
      known.add(
          new ReferenceModel.Known(
              r.path("name").asText(),
              r.path("digest").asText(),
              own,
              rows == 0 ? Optional.empty() : Optional.of(seen.take(rows))));
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException("it names no reference");
    }
    return known;
  }
}
