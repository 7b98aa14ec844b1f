package dev.headclip.pretrain;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.weights.FileSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Weights to train from.
 *
 * @param weights by name, of the shape of today's starter
 * @param name what they are, for the fingerprint of a run
 */
record Start(Map<String, HostTensor> weights, String name) {
  static Start random(ClipConfig config, long seed) {
    return new Start(StarterShape.initial(config, seed), "random weights");
  }

  private static ClipConfig shape(Backbone b, ClipConfig now) {
    return StarterShape.config(b.config().imageSize(), now.vision().width());
  }

  /** Random embeddings of today's words. */
  static Supplier<HostTensor> randomWords(ClipConfig config, long seed) {
    return () -> StarterShape.initial(config, seed).get(ClipNames.TOKEN_EMBEDDING);
  }

  /**
   * Those of a folder that {@code models pretrain} wrote, positions resized and words carried over.
   *
   * @param words gives the embedding of words that the folder does not know, [vocabulary,width];
   *     asked only where there are such
   */
  static Start of(Path folder, ClipConfig config, Supplier<HostTensor> words) {
    try (Backbone b = Backbone.open(folder)) {
      if (!OtherWords.alike(b.config(), shape(b, config))) {
        throw new HeadClipException(
            "%s: a backbone of another shape, %d wide, expected one that 'models pretrain' wrote, %d wide"
                .formatted(folder, b.config().vision().width(), config.vision().width()));
      }
      Map<String, HostTensor> all = new LinkedHashMap<>();
      b.weights().tensors().keySet().forEach(name -> all.put(name, b.weights().host(name)));
      all.computeIfPresent(
          ClipNames.VISION_POSITION, (n, t) -> PositionResize.BICUBIC.resize(t, config.grid()));
      if (b.config().vocabulary() != config.vocabulary()) {
        ClipTokenizer now =
            ClipTokenizer.of(
                new FileSet.InMemory(
                    "words",
                    Map.of(
                        "tokenizer.json",
                        StarterShape.tokenizer().getBytes(StandardCharsets.UTF_8))),
                config);
        all.put(
            ClipNames.TOKEN_EMBEDDING,
            OtherWords.carried(
                all.get(ClipNames.TOKEN_EMBEDDING), b.tokenizer(), words.get(), now));
      }
      return new Start(all, b.digest());
    }
  }
}
