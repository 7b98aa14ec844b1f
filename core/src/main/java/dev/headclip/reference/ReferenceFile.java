package dev.headclip.reference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
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
    for (ReferenceModel.Known k : model.known()) {
      ObjectNode one = header.withArray("references").addObject();
      one.put("name", k.name()).put("digest", k.digest()).putArray("judged");
      // rows of each: one, or as many as parts it was looked at in
      k.judged().forEach(j -> one.withArray("judged").add(j.list().get(0).size(0)));
      judged.addAll(k.judged());
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    if (model.scorer() instanceof MemoryBank bank) {
      bank.sizes().forEach(n -> header.withArray("rows").add(n));
      for (int i = 0; i < bank.rows().size(); i++) {
        tensors.put(BANK + i, bank.rows().get(i));
      }
    }
    if (!judged.isEmpty()) {
      Tensors.joined(new HostOps(), judged)
          .named()
          .forEach((name, t) -> tensors.put(LEFT_OUT + name, t));
    }
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
    } catch (IllegalArgumentException e) {
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
            false);
    NormalEnds ends = Schema.of(NormalEnds.class).read(header.path("ends"), NormalEnds.unknown());
    Optional<Statistics> statistics =
        f.tensors().containsKey(MEAN) ? Optional.of(statistics(f, header)) : Optional.empty();
    ReferenceScorer scorer =
        statistics
            .<ReferenceScorer>map(s -> Subspace.fit(s, settings.share()))
            .orElseGet(() -> bank(f, header, settings, taps));
    Tiling tiling = Tiling.of(header.path("tiles").asText("none"));
    return new ReferenceModel(settings, taps, tiling, scorer, ends, statistics, known(f, header));
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
    int banks = taps.sets() * settings.boxes().size();
    for (int i = 0; i < banks; i++) {
      rows.add(tensor(f, BANK + i));
    }
    List<Integer> sizes = new ArrayList<>();
    header.path("rows").forEach(n -> sizes.add(n.asInt()));
    return MemoryBank.stored(
        new MemoryBank.Shape(settings.boxes(), settings.layerSum()), rows, sizes);
  }

  private static HostTensor tensor(SafetensorsFile f, String name) {
    if (!f.tensors().containsKey(name)) {
      throw new IllegalArgumentException("tensor %s is missing".formatted(name));
    }
    return f.host(name);
  }

  private static List<ReferenceModel.Known> known(SafetensorsFile f, JsonNode header) {
    Tensors<HostTensor> all = Tensors.none();
    for (String name : f.tensors().keySet()) {
      if (name.startsWith(LEFT_OUT)) {
        all = all.with(name.substring(LEFT_OUT.length()), f.host(name));
      }
    }
    int rows = 0;
    for (JsonNode r : header.path("references")) {
      for (JsonNode n : r.path("judged")) {
        rows += n.asInt();
      }
    }
    for (String name : all.names()) {
      HostTensor t = all.get(name);
      if (t.shape().length < 1 || t.size(0) != rows) {
        throw new IllegalArgumentException(
            "tensor %s%s is %s, expected %d rows".formatted(LEFT_OUT, name, t, rows));
      }
    }
    List<ReferenceModel.Known> known = new ArrayList<>();
    int at = 0;
    for (JsonNode r : header.path("references")) {
      List<Tensors<HostTensor>> judged = new ArrayList<>();
      for (JsonNode n : r.path("judged")) {
        if (n.asInt() < 1 || at + n.asInt() > rows) {
          throw new IllegalArgumentException("a reference of %s rows".formatted(n));
        }
        judged.add(Tensors.rows(all, at, at + n.asInt()));
        at += n.asInt();
      }
      known.add(
          new ReferenceModel.Known(r.path("name").asText(), r.path("digest").asText(), judged));
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException("it names no reference");
    }
    return known;
  }
}
