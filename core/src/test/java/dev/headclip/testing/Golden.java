package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Golden numbers (see golden/README.md in the test resources) and how they are compared. */
public final class Golden {
  private Golden() {}

  /** A file of this project's test resources under /golden, copied to a real path. */
  public static Path file(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no golden file " + name);
      }
      Path copy = Scratch.folder().resolve(Path.of(name).getFileName().toString());
      Files.copy(in, copy);
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder of this project's test resources under /golden with a backbone beside its numbers. */
  public static Path folder(String name) {
    Path numbers = file(name + "/" + name + ".safetensors").getParent();
    Path clip = backbone(name + "/laion_clip");
    try {
      return Files.move(clip, numbers.resolve("laion_clip")).getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All tensors of a golden safetensors file. */
  public static Map<String, HostTensor> tensors(String name) {
    try (SafetensorsFile f = SafetensorsFile.open(file(name))) {
      Map<String, HostTensor> all = new LinkedHashMap<>();
      f.tensors().keySet().forEach(k -> all.put(k, f.host(k)));
      return all;
    }
  }

  static boolean has(String name) {
    return Golden.class.getResource("/golden/" + name) != null;
  }

  /** A folder with the miniature CLIP that the golden numbers were made with. */
  public static Path tinyClip() {
    return backbone("tiny_clip");
  }

  /** A backbone's folder of this project's test resources under /golden. */
  static Path backbone(String name) {
    try {
      Path folder = Scratch.folder();
      for (String n : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + "/" + n)) {
          Files.copy(in, folder.resolve(n));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A path under the workplace's shared folder; the test is skipped where it is not there. */
  public static Path shared(String name) {
    Path dir = Path.of("").toAbsolutePath();
    for (Path p = dir; p != null; p = p.getParent()) {
      Path candidate = p.resolve("shared").resolve(name);
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    return Assumptions.abort("not here: shared/" + name);
  }

  /** The sizes of ViT-L/14@336. */
  public static ClipConfig published() {
    return ClipConfig.VIT_L_14_336;
  }

  /** Token ids from a tensor. */
  public static int[][] ids(HostTensor t) {
    int rows = t.size(0);
    int n = t.size(1);
    int[][] ids = new int[rows][n];
    for (int i = 0; i < rows * n; i++) {
      ids[i / n][i % n] = (int) t.data()[i];
    }
    return ids;
  }

  /** Largest difference divided by the largest expected value is at most {@code tolerance}. */
  public static void assertClose(
      String what, HostTensor expected, float[] found, double tolerance) {
    assertThat(found.length).as(what).isEqualTo(expected.data().length);
    double largest = 0;
    double scale = 0;
    for (int i = 0; i < found.length; i++) {
      double d = Math.abs((double) expected.data()[i] - found[i]);
      largest = Double.isNaN(d) ? Double.NaN : Math.max(largest, d);
      scale = Math.max(scale, Math.abs(expected.data()[i]));
    }
    assertThat(largest / scale).as(what + ": largest relative error").isLessThan(tolerance);
  }
}
