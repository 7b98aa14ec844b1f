package dev.headclip.torch;

import dev.headclip.clip.ClipConfig;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.synth.Captions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.tokenizer.BpeLearner;
import dev.headclip.tokenizer.TokenizerJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A whole model folder around the miniature CLIP: 600 tokens of our own, a random adapter. */
public final class TinyModel {
  private TinyModel() {}

  /** Writes the model into {@code folder}. */
  public static Path write(Path folder) throws IOException {
    Path clip = Golden.tinyClip();
    for (String f : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
      Files.copy(clip.resolve(f), folder.resolve(f));
    }
    List<String> merges = BpeLearner.merges(Captions.corpus()).subList(0, 600 - 512 - 2);
    Files.writeString(folder.resolve("tokenizer.json"), TokenizerJson.of(merges));
    ClipConfig config = TinyClip.config();
    HeadClipSettings s = HeadClipSettings.defaultsFor(config).withImageSize(70);
    SplittableRandom r = new SplittableRandom(4);
    Learned<HostTensor> learned =
        new Learned<>(
            random(r, 12, 48),
            random(r, 12, 48),
            List.of(random(r, 4, 48), random(r, 4, 48)),
            Optional.of(HostTensor.filled(1, s.localPath().layers(), config.vision().heads())));
    AdapterFile.write(
        folder.resolve(BuiltInModels.ADAPTER), new Adapter(s, learned, Map.of("seed", 4)));
    return folder;
  }

  private static HostTensor random(SplittableRandom r, long... shape) {
    HostTensor t = HostTensor.zeros(shape);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) (0.1 * r.nextGaussian());
    }
    return t;
  }
}
