package dev.headclip.onnx;

import dev.headclip.backbone.Backbone;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.model.ClipModel;
import dev.headclip.testing.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Models of the miniature CLIP, in any setting. */
record Models(Path folder) {
  Models {
    if (!Files.exists(folder.resolve("config.json"))) {
      TinyModel.backbone(folder);
    }
  }

  ClipModel model() {
    return model(Map.of());
  }

  /** HeadCLIP with random numbers, those of the heads among them. */
  ClipModel model(Map<String, ?> settings) {
    Recipe recipe = TinyModel.recipe(Methods.DEFAULT).with(Map.of("head_weight_start_sd", 0.5));
    return of(recipe.with(settings));
  }

  ClipModel of(Recipe recipe) {
    return ClipModel.of(folder.toString(), Backbone.open(folder), TinyModel.adapter(recipe));
  }
}
