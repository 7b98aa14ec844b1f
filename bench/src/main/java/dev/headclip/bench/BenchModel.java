package dev.headclip.bench;

import dev.headclip.backbone.Backbone;
import dev.headclip.detect.Detector;
import dev.headclip.engine.EngineSettings;
import dev.headclip.method.Adapter;
import dev.headclip.method.Learnable;
import dev.headclip.method.Recipe;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A method over a CLIP. Where no adapter lies beside it, learned numbers without meaning, of the
 * right sizes: what they are does not change the speed.
 *
 * @param backbone a CLIP, or starter
 * @param method its name
 * @param imageSize side of the network's input, pixels
 */
record BenchModel(String backbone, String method, int imageSize) {
  ClipModel open() {
    if (hasAdapter()) {
      return (ClipModel) Model.builder(backbone).imageSize(imageSize).open();
    }
    Backbone clip = Model.backbone(backbone);
    Recipe recipe = Recipe.of(method, clip.config()).with(Map.of("image_size", imageSize));
    Map<String, HostTensor> numbers = new LinkedHashMap<>();
    SplittableRandom r = new SplittableRandom(1);
    for (Learnable l : recipe.method().learned(clip.config())) {
      numbers.put(l.name(), l.first().draw(r, l.sizes()));
    }
    Map<String, Object> from = Map.of("by", "bench: random numbers");
    Adapter adapter = new Adapter(recipe.method(), recipe.scores(), new Tensors<>(numbers), from);
    return ClipModel.of(backbone, clip, adapter);
  }

  private boolean hasAdapter() {
    boolean usual = method.equals("headclip");
    return usual && (backbone.equals("starter") || Files.exists(Path.of(backbone, Model.ADAPTER)));
  }

  Detector detector(EngineSettings settings) {
    return Detector.of(open(), settings);
  }
}
