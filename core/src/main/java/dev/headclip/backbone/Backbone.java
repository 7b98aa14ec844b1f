package dev.headclip.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.image.Normalization;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.ShardedSource;
import dev.headclip.weights.TensorDigest;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TensorSource;
import dev.headclip.weights.TorchArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A frozen CLIP on disk: a Hugging Face folder, an OpenAI {@code .pt} archive, or an open_clip
 * checkpoint. Weights are read when asked for; {@link #close} closes the files.
 */
public final class Backbone implements AutoCloseable {
  private static final Set<String> TEXT_PARTS =
      Set.of("config.json", "tokenizer.json", "vocab.json", "merges.txt");

  private static final List<String> KNOWN =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");

  private final Path path;
  private final ClipConfig config;
  private final BackboneWeights weights;
  private final Normalization normalization;
  private Optional<String> digest = Optional.empty();

  private Backbone(
      Path path, ClipConfig config, BackboneWeights weights, Normalization normalization) {
    this.path = path;
    this.config = config;
    this.weights = weights;
    this.normalization = normalization;
  }

  /**
   * Opens a backbone; sizes, names and shapes are checked, no weights are loaded.
   *
   * @param path a folder, or a checkpoint file
   */
  public static Backbone open(Path path) {
    if (!Files.exists(path)) {
      throw new HeadClipException(
          "%s: no such backbone, expected a folder with config.json and model.safetensors, or a .pt file"
              .formatted(path));
    }
    boolean folder = Files.isDirectory(path);
    Path file = folder ? weightsIn(path) : path;
    Path home = folder ? path : path.toAbsolutePath().getParent();
    Optional<ClipConfig> stated = ConfigReader.read(home);
    TensorSource source = source(file);
    try {
      ClipConfig config =
          stated.orElseGet(
              () -> ConfigInference.infer(file.toString(), source.tensors(), activation(source)));
      BackboneWeights weights = new BackboneWeights(file.toString(), source, config);
      return new Backbone(path, config, weights, normalization(home));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /**
   * The activation where no config says it: OpenAI's archives are QuickGELU, open_clip's default is
   * exact.
   */
  private static Activation activation(TensorSource source) {
    boolean openAi = source instanceof TorchArchive a && a.isScript();
    boolean openClip = CheckpointNames.openAi(source.tensors().keySet());
    return openClip && !openAi ? Activation.GELU : Activation.QUICK_GELU;
  }

  private static Path weightsIn(Path folder) {
    for (String name : KNOWN) {
      if (Files.exists(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> weights = files.filter(Backbone::isWeights).sorted().toList();
      if (weights.size() == 1) {
        return weights.get(0);
      }
      throw new HeadClipException(
          "%s: %s, expected model.safetensors, pytorch_model.bin or one .pt file"
              .formatted(
                  folder, weights.isEmpty() ? "no weights" : weights.size() + " weight files"));
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(folder, e), e);
    }
  }

  private static TensorSource source(Path file) {
    if (file.toString().endsWith(".index.json")) {
      return sharded(file);
    }
    return file.toString().endsWith(".safetensors")
        ? SafetensorsFile.open(file)
        : TorchArchive.open(file);
  }

  private static TensorSource sharded(Path index) {
    JsonNode map = ConfigReader.tree(index).path("weight_map");
    TreeSet<String> names = new TreeSet<>();
    map.forEach(n -> names.add(n.asText()));
    Path home = index.toAbsolutePath().normalize().getParent();
    if (names.isEmpty()) {
      throw new HeadClipException("%s: no weight_map, expected one".formatted(index));
    }
    List<TensorSource> shards = new ArrayList<>();
    try {
      for (String name : names) {
        Path shard = home.resolve(name).normalize();
        if (!home.equals(shard.getParent()) || name.endsWith(".json")) {
          throw new HeadClipException(
              "%s: shard \"%s\", expected a weight file beside it".formatted(index, name));
        }
        shards.add(source(shard));
      }
      return new ShardedSource(shards);
    } catch (RuntimeException e) {
      shards.forEach(TensorSource::close);
      throw e;
    }
  }

  private static Normalization normalization(Path home) {
    Path file = home.resolve("preprocessor_config.json");
    if (!Files.exists(file)) {
      return Normalization.clip();
    }
    JsonNode root = ConfigReader.tree(file);
    try {
      return new Normalization(
          three(root, "image_mean", Normalization.clip().mean()),
          three(root, "image_std", Normalization.clip().std()));
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static float[] three(JsonNode root, String name, float[] absent) {
    JsonNode n = root.path(name);
    if (n.isMissingNode()) {
      return absent;
    }
    if (n.size() != 3) {
      throw new IllegalArgumentException("%s is %s, expected three numbers".formatted(name, n));
    }
    return new float[] {
      (float) n.get(0).asDouble(), (float) n.get(1).asDouble(), (float) n.get(2).asDouble()
    };
  }

  /** What it was opened from. */
  public Path path() {
    return path;
  }

  public ClipConfig config() {
    return config;
  }

  /** The tensors under canonical names. */
  public BackboneWeights weights() {
    return weights;
  }

  /** Mean and standard deviation of the input's channels. */
  public Normalization normalization() {
    return normalization;
  }

  /** The backbone's own tokenizer; the caller closes it. */
  public ClipTokenizer tokenizer() {
    Path home = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    return ClipTokenizer.of(home, config);
  }

  /** Size of all weights as float32. */
  public long bytes() {
    return weights.tensors().values().stream()
        .mapToLong(t -> 4 * HostTensor.elements(t.shape()))
        .sum();
  }

  /**
   * Names, sizes and times of the files that the network depends on, and a digest of a few small
   * tensors: changes when they do, and costs next to nothing, unlike {@link #digest}.
   */
  public String stamp() {
    Path home = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    StringBuilder s = new StringBuilder(path.toAbsolutePath().normalize().toString());
    try (Stream<Path> files = Files.list(home)) {
      for (Path f : files.filter(this::isPart).sorted().toList()) {
        s.append('|').append(f.getFileName()).append(' ').append(Files.size(f));
        s.append(' ').append(Files.getLastModifiedTime(f).toMillis());
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(home, e), e);
    }
    // times may be kept or cut when files are copied
    Map<String, HostTensor> some = new TreeMap<>();
    for (String name : List.of(ClipNames.CLASS_EMBEDDING, ClipNames.VISUAL_PROJECTION)) {
      some.put(name, weights.host(name));
    }
    return s.append('|').append(TensorDigest.of("", some)).toString();
  }

  private boolean isPart(Path f) {
    String name = f.getFileName().toString();
    boolean one = f.equals(path.toAbsolutePath()) || TEXT_PARTS.contains(name);
    boolean weights = Files.isDirectory(path) && isWeights(f) && !name.startsWith("adapter");
    return Files.isRegularFile(f) && (one || weights);
  }

  private static boolean isWeights(Path f) {
    return f.toString().matches(".*\\.(safetensors|bin|pt|pth)");
  }

  /**
   * SHA-256 over names, shapes and float32 values of all tensors: the same for every form that the
   * same weights are stored in. Reads everything, once.
   */
  public synchronized String digest() {
    if (digest.isEmpty()) {
      digest = Optional.of(computeDigest());
    }
    return digest.get();
  }

  private String computeDigest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, TensorInfo> e : weights.tensors().entrySet()) {
        sha.update((e.getKey() + e.getValue().text()).getBytes(StandardCharsets.UTF_8));
        weights.read(
            e.getKey(),
            b -> {
              ByteBuffer view = b.duplicate().order(ByteOrder.LITTLE_ENDIAN);
              sha.update(view);
            });
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
