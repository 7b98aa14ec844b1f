package dev.headclip.backbone;

import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.image.Normalization;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.weights.FileSet;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A frozen CLIP on disk: a Hugging Face folder, an OpenAI {@code .pt} archive, or an open_clip
 * checkpoint. Weights are read when asked for; {@link #close} closes the files.
 */
public final class Backbone implements AutoCloseable {
  private static final Set<String> TEXT_PARTS =
      Set.of("config.json", "tokenizer.json", "vocab.json", "merges.txt");

  /** Marks adapter files, see AdapterFile. */
  private static final String ADAPTER_KEY = "headclip";

  private static final List<String> KNOWN =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");

  private final FileSet files;
  private final String file;
  private final ClipConfig config;
  private final BackboneWeights weights;
  private final Normalization normalization;
  private final List<String> assumed;
  private Optional<String> digest = Optional.empty();

  private Backbone(
      FileSet files,
      String file,
      ClipConfig config,
      BackboneWeights weights,
      Normalization normalization,
      List<String> assumed) {
    this.files = files;
    this.file = file;
    this.config = config;
    this.weights = weights;
    this.normalization = normalization;
    this.assumed = List.copyOf(assumed);
  }

  /**
   * Opens a backbone; sizes, names and shapes are checked, no weights are loaded.
   *
   * @param path a folder, or a checkpoint file
   */
  public static Backbone open(Path path) {
    return open(path, Optional.empty());
  }

  /**
   * The same.
   *
   * @param activation of weights without a configuration; empty for what their name says
   */
  public static Backbone open(Path path, Optional<Activation> activation) {
    if (!Files.exists(path)) {
      throw new HeadClipException(
          "%s: no such backbone, expected a folder with config.json and model.safetensors, or a .pt file"
              .formatted(path));
    }
    if (Files.isDirectory(path)) {
      FileSet files = new FileSet.OnDisk(path);
      return open(files, weightsIn(files), activation);
    }
    Path parent = path.toAbsolutePath().getParent();
    return open(new FileSet.OnDisk(parent), path.getFileName().toString(), activation);
  }

  /** Opens the backbone of a folder. */
  public static Backbone open(FileSet files) {
    return open(files, weightsIn(files), Optional.empty());
  }

  private static Backbone open(FileSet files, String file, Optional<Activation> wanted) {
    String name = files.describe(file);
    Optional<ClipConfig> stated = ConfigReader.read(files);
    TensorSource source = source(files, file);
    List<String> assumed = new ArrayList<>();
    try {
      ClipConfig config = stated.orElseGet(() -> inferred(name, file, source, wanted, assumed));
      if (wanted.isPresent() && stated.isPresent()) {
        throw new HeadClipException(
            "%s: its configuration says the activation; --activation is for weights without one"
                .formatted(name));
      }
      BackboneWeights weights = new BackboneWeights(name, source, config);
      Optional<Normalization> said = PreprocessorConfig.read(files);
      if (said.isEmpty() && !openAi(source)) {
        assumed.add(
            "%s: no mean and deviation of its pixels beside it; OpenAI's are assumed"
                .formatted(name));
      }
      Normalization normalization = said.orElseGet(Normalization::clip);
      return new Backbone(files, file, config, weights, normalization, assumed);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static ClipConfig inferred(
      String name,
      String file,
      TensorSource source,
      Optional<Activation> wanted,
      List<String> assumed) {
    Activation activation = wanted.orElseGet(() -> activation(file, source));
    ClipConfig config = ConfigInference.infer(name, source.tensors(), activation);
    if (!openAi(source)) {
      assumed.add(
          "%s: no configuration beside it; %s%s, %d heads in the image tower and %d in the text tower are assumed"
              .formatted(
                  name,
                  activation == Activation.QUICK_GELU ? "QuickGELU" : "exact GELU",
                  wanted.isPresent() ? " as asked for" : "",
                  config.vision().heads(),
                  config.text().heads()));
    }
    return config;
  }

  /** OpenAI's own archives, of which everything is known. */
  private static boolean openAi(TensorSource source) {
    return source instanceof TorchArchive a && a.isScript();
  }

  /**
   * The activation where no config says it: OpenAI's archives are QuickGELU, open_clip's default is
   * exact, but for models that are called quickgelu.
   */
  private static Activation activation(String file, TensorSource source) {
    boolean openClip = CheckpointNames.openAi(source.tensors().keySet()) && !openAi(source);
    String plain = file.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    return openClip && !plain.contains("quickgelu") ? Activation.GELU : Activation.QUICK_GELU;
  }

  private static String weightsIn(FileSet files) {
    for (String name : KNOWN) {
      if (files.has(name)) {
        return name;
      }
    }
    List<String> weights =
        files.names().stream().filter(n -> isWeights(n) && !isAdapter(files, n)).toList();
    if (weights.size() == 1) {
      return weights.get(0);
    }
    throw new HeadClipException(
        "%s: %s, expected model.safetensors, pytorch_model.bin or one .pt file"
            .formatted(
                files.describe(),
                weights.isEmpty() ? "no weights" : weights.size() + " weight files " + weights));
  }

  /** Whether a file beside the weights is what was learned with them. */
  private static boolean isAdapter(FileSet files, String name) {
    if (!name.endsWith(".safetensors") || !(files instanceof FileSet.OnDisk disk)) {
      return false;
    }
    try (SafetensorsFile f = SafetensorsFile.open(disk.folder().resolve(name))) {
      return f.metadata().containsKey(ADAPTER_KEY);
    } catch (HeadClipException e) {
      return false;
    }
  }

  private static TensorSource source(FileSet files, String name) {
    if (name.endsWith(".index.json")) {
      return sharded(files, name);
    }
    if (files instanceof FileSet.OnDisk disk) {
      Path file = disk.folder().resolve(name);
      return name.endsWith(".safetensors") ? SafetensorsFile.open(file) : TorchArchive.open(file);
    }
    return SafetensorsFile.of(files.describe(name), files.read(name));
  }

  private static TensorSource sharded(FileSet files, String index) {
    String where = files.describe(index);
    TreeSet<String> names = new TreeSet<>();
    ConfigReader.tree(files, index).path("weight_map").forEach(n -> names.add(n.asText()));
    if (names.isEmpty()) {
      throw new HeadClipException("%s: no weight_map, expected one".formatted(where));
    }
    List<TensorSource> shards = new ArrayList<>();
    try {
      for (String name : names) {
        boolean plain = name.equals(Path.of(name).getFileName().toString());
        if (!plain || name.endsWith(".json") || name.equals("..")) {
          throw new HeadClipException(
              "%s: shard \"%s\", expected a weight file beside it".formatted(where, name));
        }
        shards.add(source(files, name));
      }
      return new ShardedSource(shards);
    } catch (RuntimeException e) {
      shards.forEach(TensorSource::close);
      throw e;
    }
  }

  /** The folder that it was opened from. */
  public FileSet files() {
    return files;
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

  /** What no file says and had to be assumed, one line each. */
  public List<String> assumed() {
    return assumed;
  }

  /** The backbone's own tokenizer; the caller closes it. */
  public ClipTokenizer tokenizer() {
    return ClipTokenizer.of(files, config);
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
    StringBuilder s = new StringBuilder(files.describe(file)).append('|').append(config);
    if (files instanceof FileSet.OnDisk disk) {
      Path home = disk.folder().toAbsolutePath().normalize();
      s.append('|').append(home);
      try {
        for (String name : files.names()) {
          if (isPart(name)) {
            Path f = home.resolve(name);
            s.append('|').append(name).append(' ').append(Files.size(f));
            s.append(' ').append(Files.getLastModifiedTime(f).toMillis());
          }
        }
      } catch (IOException e) {
        throw new HeadClipException("%s: cannot be read (%s)".formatted(home, e), e);
      }
    }
    // times may be kept or cut when files are copied
    Map<String, HostTensor> some = new TreeMap<>();
    for (String name : List.of(ClipNames.CLASS_EMBEDDING, ClipNames.VISUAL_PROJECTION)) {
      some.put(name, weights.host(name));
    }
    return s.append('|').append(TensorDigest.of("", some)).toString();
  }

  private boolean isPart(String name) {
    return name.equals(file)
        || TEXT_PARTS.contains(name)
        || isWeights(name) && !name.startsWith("adapter");
  }

  private static boolean isWeights(String name) {
    return name.matches(".*\\.(safetensors|bin|pt|pth)");
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
