package dev.headclip.testing;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Learnable;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.model.Model;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.tokenizer.TokenizerJson;
import dev.headclip.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Whole models around the golden files' miniature CLIP, with a vocabulary of bytes. */
public final class TinyModel {
  /** Side of the network's input. */
  public static final int SIDE = 70;

  private TinyModel() {}

  public static ClipConfig config() {
    try (Backbone b = Backbone.open(Golden.tinyClip())) {
      return b.config();
    }
  }

  /** Writes the backbone into {@code folder}. */
  public static Path backbone(Path folder) {
    Path clip = Golden.tinyClip();
    try {
      Files.createDirectories(folder);
      for (String f : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
        Files.copy(clip.resolve(f), folder.resolve(f));
      }
      Files.writeString(folder.resolve("tokenizer.json"), TokenizerJson.of(List.of()));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The miniature with as many layers as ViT-L/14 has, 24 and 12: its own, over and over. */
  public static Path deepBackbone(Path folder) {
    Path clip = Golden.tinyClip();
    Map<String, HostTensor> all = new LinkedHashMap<>();
    try (Backbone b = Backbone.open(clip)) {
      for (String name : b.weights().tensors().keySet()) {
        boolean vision = name.startsWith(ClipNames.VISION_LAYERS);
        boolean text = name.startsWith(ClipNames.TEXT_LAYERS);
        if (!vision && !text) {
          all.put(name, b.weights().host(name));
          continue;
        }
        String prefix = vision ? ClipNames.VISION_LAYERS : ClipNames.TEXT_LAYERS;
        int own = vision ? b.config().vision().layers() : b.config().text().layers();
        String rest = name.substring(prefix.length());
        int layer = Integer.parseInt(rest.substring(0, rest.indexOf('.')));
        for (int l = layer; l < (vision ? 24 : 12); l += own) {
          all.put(prefix + l + rest.substring(rest.indexOf('.')), b.weights().host(name));
        }
      }
      Files.createDirectories(folder);
      String config = Files.readString(clip.resolve("config.json"));
      Files.writeString(
          folder.resolve("config.json"),
          config
              .replace("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 12")
              .replace("\"num_hidden_layers\": 6", "\"num_hidden_layers\": 24"));
      Files.copy(
          clip.resolve("preprocessor_config.json"), folder.resolve("preprocessor_config.json"));
      Files.writeString(folder.resolve("tokenizer.json"), TokenizerJson.of(List.of()));
      SafetensorsWriter.write(folder.resolve("model.safetensors"), all, Map.of(), false);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes backbone and a random adapter of HeadCLIP into {@code folder}. */
  public static Path write(Path folder) {
    return write(folder, Methods.DEFAULT);
  }

  /** Writes backbone and a random adapter of a method into {@code folder}. */
  public static Path write(Path folder, String method) {
    backbone(folder);
    AdapterFile.write(folder.resolve(Model.ADAPTER), adapter(recipe(method)));
    return folder;
  }

  /** A method's defaults at the miniature's size. */
  public static Recipe recipe(String method) {
    return Recipe.of(method, config()).with(Map.of("image_size", SIDE));
  }

  /** Random numbers for a method; head weights and the like stay where they start. */
  public static Adapter adapter(Recipe recipe) {
    return adapter(recipe.method(), recipe, 4);
  }

  private static Adapter adapter(MethodConfig<?> method, Recipe recipe, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    Map<String, HostTensor> all = new LinkedHashMap<>();
    for (Learnable l : method.learned(config())) {
      HostTensor t = l.first().draw(r, l.sizes());
      boolean words = l.name().startsWith("prompt") || l.name().startsWith("text");
      if (words) {
        for (int i = 0; i < t.data().length; i++) {
          t.data()[i] *= 5;
        }
      }
      all.put(l.name(), t);
    }
    return new Adapter(method, recipe.scores(), new Tensors<>(all), Map.of("seed", seed));
  }

  /** Pixels for a network, normalised: [images,3,side,side]. */
  public static float[] pixels(int images, int side) {
    SplittableRandom r = new SplittableRandom(images * 1000L + side);
    float[] all = new float[images * 3 * side * side];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) (4 * r.nextDouble() - 2);
    }
    return all;
  }
}
