package dev.headclip.pretrain;

import static dev.headclip.clip.ClipNames.TOKEN_EMBEDDING;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A backbone between two, of which one was trained on from the other. What training on forgot of
 * pictures that it did not show comes back, and most of what it learned stays (WiSE-FT: Wortsman
 * and others, "Robust fine-tuning of zero-shot models", 2022, Eq. 1).
 */
public final class Interpolation {
  private Interpolation() {}

  /**
   * Writes (1 - share) of one backbone's weights plus share of the other's; words that only the
   * second knows are the second's.
   *
   * @param before folder of the backbone that was trained on; of any image size and vocabulary
   * @param after folder of the backbone that came of it; the result has its image size
   * @param share of {@code after}, 0 to 1
   * @param out folder to write, another one
   * @throws HeadClipException if a folder is no backbone that {@code models pretrain} wrote, or is
   *     the output, too
   */
  public static void write(Path before, Path after, double share, Path out) {
    if (!(share >= 0 && share <= 1)) {
      throw new HeadClipException("--share %s: expected 0 to 1".formatted(share));
    }
    for (Path read : new Path[] {before, after}) {
      if (same(read, out)) {
        throw new HeadClipException(
            "%s: is read from, give another folder to write to".formatted(out));
      }
    }
    ClipConfig config = config(after);
    Start b = Start.of(after, config, Start.randomWords(config, 0));
    Start a = Start.of(before, config, () -> b.weights().get(TOKEN_EMBEDDING));
    Map<String, HostTensor> mixed = new LinkedHashMap<>();
    b.weights().forEach((name, t) -> mixed.put(name, between(a.weights().get(name), t, share)));
    ObjectNode p = new ObjectMapper().createObjectNode();
    p.put("by", "HeadCLIP for Java, models interpolate").put("before", a.name());
    p.put("after", b.name()).put("share", share);
    StarterShape.write(out, config, mixed, p.toString());
  }

  /** Links and other ways to a folder are that folder. */
  private static boolean same(Path a, Path b) {
    try {
      return Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(b, e), e);
    }
  }

  private static ClipConfig config(Path folder) {
    try (Backbone b = Backbone.open(folder)) {
      return StarterShape.config(b.config().imageSize(), b.config().vision().width());
    }
  }

  static HostTensor between(HostTensor a, HostTensor b, double share) {
    float[] out = new float[b.data().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) ((1 - share) * a.data()[i] + share * b.data()[i]);
    }
    return HostTensor.of(out, b.shape());
  }
}
