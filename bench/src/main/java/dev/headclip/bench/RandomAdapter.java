package dev.headclip.bench;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptSettings;
import dev.headclip.tensor.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Learned numbers without meaning, of the right sizes: what they are does not change the speed. */
final class RandomAdapter {
  private RandomAdapter() {}

  /** The adapter beside a backbone; where there is none, a random one in {@code work}. */
  static Path fileFor(Path backbone, Path work, int imageSize) {
    Path own = backbone.resolve(BuiltInModels.ADAPTER);
    if (Files.exists(own)) {
      return own;
    }
    try (Backbone clip = Backbone.open(backbone)) {
      HeadClipSettings s = HeadClipSettings.defaultsFor(clip.config()).withImageSize(imageSize);
      Path file = work.resolve(BuiltInModels.ADAPTER);
      AdapterFile.write(file, of(clip.config(), s));
      return file;
    }
  }

  private static Adapter of(ClipConfig config, HeadClipSettings settings) {
    SplittableRandom r = new SplittableRandom(1);
    int width = config.text().width();
    int length = settings.prompts().length();
    List<HostTensor> deep = new ArrayList<>();
    for (int i = 0; i < PromptSettings.defaultDeepTensors(config.text().layers()); i++) {
      deep.add(random(r, 0, 0.02, 4, width));
    }
    HostTensor heads = random(r, 1, 0.3, settings.localPath().layers(), config.vision().heads());
    return new Adapter(
        settings,
        new Learned<>(
            random(r, 0, 0.02, length, width),
            random(r, 0, 0.02, length, width),
            deep,
            Optional.of(heads)),
        Map.of("by", "bench: random numbers"));
  }

  private static HostTensor random(SplittableRandom r, double mean, double spread, long... shape) {
    HostTensor t = HostTensor.zeros(shape);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) (mean + spread * r.nextGaussian());
    }
    return t;
  }
}
