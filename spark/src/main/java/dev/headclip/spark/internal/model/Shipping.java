package dev.headclip.spark.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.model.BuiltInModels;
import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.spark.settings.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Gathers a model's files on the driver. */
public final class Shipping {
  private static final String MODEL = "model";
  private static final String ADAPTER = "adapter";
  private static final String SAFETENSORS = "model.safetensors";

  private final Configuration hadoop;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A file.
   *
   * @param name on hosts
   * @param from a local path, or a URI
   */
  private record Entry(String name, String from) {}

  private Shipping(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * What executors open.
   *
   * @throws HeadClipException where the model cannot be opened here either
   */
  public static ShippedModel of(SparkSession spark, ModelSpec spec) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Shipping s = new Shipping(context.hadoopConfiguration());
    try {
      ShippedModel found = s.gathered(context, spec);
      // a model that does not open is told of here, and once
      found.check();
      return found;
    } catch (IOException e) {
      throw unreadable(spec.model(), AtomicFiles.reason(e), e);
    }
  }

  private ShippedModel gathered(JavaSparkContext context, ModelSpec spec) throws IOException {
    boolean builtIn = BuiltInModels.names().contains(spec.model());
    String place = builtIn ? spec.model() : added(spec.model(), MODEL);
    String adapter = "";
    if (spec.adapter().isPresent()) {
      adapter = added(spec.adapter().get(), ADAPTER);
    }
    List<ShippedFile> files = new ArrayList<>();
    byte[][][] content = new byte[entries.size()][][];
    for (int i = 0; i < content.length; i++) {
      Entry e = entries.get(i);
      boolean carried = !HadoopFiles.uri(e.from()) && !e.name().startsWith("/");
      content[i] = carried ? chunks(Path.of(e.from())) : new byte[0][];
      files.add(shipped(e, carried));
    }
    ShippedModel.Asked asked =
        new ShippedModel.Asked(
            shown(spec),
            place,
            builtIn,
            adapter,
            spec.method().orElse(""),
            spec.className().orElse(""),
            spec.targetFpr().orElse(Double.NaN),
            new TreeMap<>(spec.settings()),
            new TreeMap<>(spec.engine()));
    return new ShippedModel(
        asked,
        files,
        context.broadcast(content),
        context.broadcast(new SerializableConfiguration(hadoop)));
  }

  /** As {@code headclip detect} would call it. */
  private static String shown(ModelSpec spec) {
    String named = spec.adapter().orElse(spec.model());
    boolean single = spec.adapter().isPresent() || named.endsWith(".safetensors");
    return single ? last(named) : named;
  }

  private static String last(String place) {
    return place.substring(place.lastIndexOf('/') + 1);
  }

  private ShippedFile shipped(Entry e, boolean carried) throws IOException {
    if (!HadoopFiles.uri(e.from())) {
      Path file = Path.of(e.from());
      return new ShippedFile(e.name(), Files.size(file), Sha256.of(file), carried ? "" : e.from());
    }
    long size = status(e.from()).getLen();
    try (InputStream in = HadoopFiles.open(e.from(), hadoop)) {
      return new ShippedFile(e.name(), size, Sha256.of(in), e.from());
    }
  }

  private static byte[][] chunks(Path file) throws IOException {
    List<byte[]> all = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] part = in.readNBytes(Chunks.SIZE);
      while (part.length > 0) {
        all.add(part);
        part = in.readNBytes(Chunks.SIZE);
      }
    }
    return all.toArray(byte[][]::new);
  }

  /** Adds a file or folder, with what belongs to it; where a host finds it. */
  private String added(String place, String under) throws IOException {
    if (!HadoopFiles.uri(place)) {
      return addedLocal(Path.of(place), under, false);
    }
    if (place.startsWith("file:")) {
      return addedLocal(
          Path.of(new org.apache.hadoop.fs.Path(place).toUri().getPath()), under, true);
    }
    try {
      return addedRemote(place, under);
    } catch (IllegalArgumentException e) {
      // hosts and schemes that nobody knows
      throw unreadable(place, e.getMessage(), e);
    }
  }

  private static HeadClipException unreadable(String place, String why, Exception e) {
    return new HeadClipException("%s: cannot be read (%s)".formatted(place, why), e);
  }

  private String addedLocal(Path place, String under, boolean inPlace) throws IOException {
    Path path = place.toAbsolutePath().normalize();
    if (!Files.exists(path)) {
      throw new HeadClipException(
          "%s: no such file or folder on the driver's machine, and no built-in model; expected one of %s, a path or a URI"
              .formatted(place, BuiltInModels.names()));
    }
    Path home = Files.isDirectory(path) ? path : path.getParent();
    List<String> names;
    try (Stream<Path> all = Files.list(home)) {
      names = all.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
    }
    Optional<String> single =
        Files.isDirectory(path) ? Optional.empty() : Optional.of(path.getFileName().toString());
    String root = inPlace ? home.toString() : under;
    for (String name : names.stream().filter(wanted(names, single)).sorted().toList()) {
      entries.add(new Entry(root + "/" + name, home.resolve(name).toString()));
    }
    if (single.isPresent() && ReferenceFile.is(path) && !inPlace) {
      base(path, under);
    }
    return single.map(name -> root + "/" + name).orElse(root);
  }

  /** The model that references belong to: on hosts it lies beside them. */
  private void base(Path references, String under) throws IOException {
    JsonNode base = ReferenceFile.read(references).base();
    for (String key : List.of(MODEL, ADAPTER)) {
      String place = base.path(key).asText("");
      if (place.isEmpty() || BuiltInModels.names().contains(place)) {
        continue;
      }
      Path there = Path.of(place);
      Path beside = references.resolveSibling(there.getFileName());
      Path found = Files.exists(there) ? there : beside;
      if (Files.isDirectory(found)) {
        addedLocal(found, under + "/" + found.getFileName(), false);
      } else if (Files.exists(found)) {
        entries.add(new Entry(under + "/" + found.getFileName(), found.toString()));
      }
    }
  }

  private FileStatus status(String uri) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
    return path.getFileSystem(hadoop).getFileStatus(path);
  }

  private String addedRemote(String place, String under) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(place);
    FileSystem system = path.getFileSystem(hadoop);
    FileStatus found = system.getFileStatus(path);
    org.apache.hadoop.fs.Path home = found.isDirectory() ? path : path.getParent();
    Map<String, String> uris = new TreeMap<>();
    for (FileStatus f : system.listStatus(home)) {
      if (f.isFile()) {
        uris.put(f.getPath().getName(), f.getPath().toString());
      }
    }
    Optional<String> single = found.isDirectory() ? Optional.empty() : Optional.of(path.getName());
    List<String> names = List.copyOf(uris.keySet());
    names.stream()
        .filter(wanted(names, single))
        .sorted()
        .forEach(name -> entries.add(new Entry(under + "/" + name, uris.get(name))));
    return single.map(name -> under + "/" + name).orElse(under);
  }

  /**
   * Of a folder, all but the same weights in other forms; of a single file, itself and what belongs
   * to it by name.
   */
  private static Predicate<String> wanted(List<String> there, Optional<String> single) {
    if (single.isPresent()) {
      String name = single.get();
      boolean whole = name.endsWith(".onnx") || name.startsWith(ADAPTER);
      return n ->
          n.equals(name)
              || n.startsWith(name + ".")
              || !whole && (n.endsWith(".json") || n.endsWith(".txt") || n.equals(Model.ADAPTER));
    }
    boolean safe = there.contains(SAFETENSORS) || there.contains(SAFETENSORS + ".index.json");
    return n ->
        !n.startsWith(".")
            && !n.matches(".*\\.(h5|msgpack|ot|onnx|md|lock|tmp)")
            && !(safe
                && n.matches(
                    ".*\\.(bin|pt|pth)|.*\\.bin\\.index\\.json|open_clip_.*\\.safetensors"));
  }
}
