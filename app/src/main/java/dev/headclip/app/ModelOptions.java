package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.method.Adapter;
import dev.headclip.method.Methods;
import dev.headclip.method.ScoreSettings;
import dev.headclip.model.BuiltInModels;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.model.ModelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which model, and what of it is to be another. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME|DIR|FILE",
      description =
          "Built-in model, a folder with a backbone and adapter.safetensors, an exported .onnx file, references that 'remember' wrote, or a published BACKBONE+ADAPTER, fetched where it is missing: see 'models list' (default: starter).")
  private Optional<String> model;

  @Option(
      names = "--backbone",
      paramLabel = "NAME|DIR",
      description =
          "A published CLIP: Hugging Face folder, OpenAI .pt, open_clip checkpoint, or its name in 'models list'.")
  private Optional<String> backbone;

  @Option(
      names = "--adapter",
      paramLabel = "NAME|FILE",
      description = "The adapter that goes with --backbone.")
  private Optional<String> adapter;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "A method that learns nothing, in place of an adapter; its settings become flags: see 'models methods'.")
  private Optional<String> method;

  @Option(
      names = "--class-name",
      paramLabel = "WORD",
      description =
          "What the images show, for methods whose sentences name it (default: the data set's, or object).")
  private Optional<String> className;

  @Option(
      names = "--target-fpr",
      paramLabel = "P",
      description =
          "Share of normal images that may be called anomalous, by what calibrate stored (default: the model's threshold).")
  private Optional<Double> targetFpr;

  @Mixin private ActivationOption activation;

  @Mixin private HubOption hub;

  private Optional<Places.Found> found = Optional.empty();

  private final SettingFlags settings = new SettingFlags();

  /** Adds the flags of scores, of the image size, and of a method that is named. */
  void addSettings(CommandSpec spec, Map<String, String> given) {
    String name = given.getOrDefault("method", "");
    if (Methods.names().contains(name)) {
      settings.add(spec, Methods.named(name).scores());
      settings.add(spec, Methods.named(name).settings());
    } else {
      settings.addOfModel(spec, ScoreSettings.class, key -> true);
      // the one that may be another than the one learned under; every method has it
      Class<? extends Record> any = Methods.named(Methods.DEFAULT).settings();
      settings.addOfModel(spec, any, key -> key.equals("image_size"));
    }
  }

  /** What was given of settings, by key. */
  Map<String, String> settings() {
    return settings.values();
  }

  /** Names in the place of paths. */
  Places places() {
    return hub.places();
  }

  /** What was named, on this machine. */
  Places.Found found() {
    if (found.isEmpty()) {
      found = Optional.of(find());
    }
    return found.get();
  }

  private Places.Found find() {
    Places places = hub.places();
    Optional<String> clip = backbone;
    if (adapter.isPresent() && backbone.isEmpty() && model.isEmpty()) {
      clip = places.backboneOf(adapter.get());
    }
    if (adapter.isPresent() && clip.isEmpty()) {
      throw new HeadClipException(
          "--adapter without --backbone; name the CLIP that it was trained with");
    }
    if (backbone.isPresent() && adapter.isEmpty() && method.isEmpty()) {
      throw new HeadClipException(
          "--backbone without --adapter; train one with 'headclip train --backbone %s', or name a --method that learns nothing"
              .formatted(backbone.get()));
    }
    if (backbone.isPresent() && model.isPresent()) {
      throw new HeadClipException("--model and --backbone together; name one of them");
    }
    if (clip.isEmpty()) {
      return places.model(model.orElse("starter"), method.isEmpty());
    }
    String place = places.backbone(clip.get());
    if (adapter.isEmpty()) {
      return new Places.Found(place, Optional.empty(), clip.get(), !place.equals(clip.get()));
    }
    Path file = places.adapter(adapter.get(), place);
    boolean own = file.toString().equals(adapter.get());
    String name = own ? file.getFileName().toString() : clip.get() + "+" + adapter.get();
    return new Places.Found(place, Optional.of(file), name, !own);
  }

  /** Name or place of the backbone, or of all. */
  String place() {
    return found().place();
  }

  /** The adapter's file, where it is one of the user's. */
  Optional<Path> ownAdapter() {
    if (found().published()) {
      return Optional.empty();
    }
    if (found().adapter().isPresent()) {
      return found().adapter();
    }
    return BuiltInModels.names().contains(place())
        ? Optional.empty()
        : Optional.of(Path.of(place()).resolve(Model.ADAPTER));
  }

  /** Whether a model was named. */
  boolean isGiven() {
    return model.isPresent() || backbone.isPresent() || adapter.isPresent() || method.isPresent();
  }

  Optional<Double> targetFpr() {
    return targetFpr;
  }

  Optional<String> className() {
    return className;
  }

  /** The model with everything that was asked for. */
  Model open() {
    ModelBuilder b = Model.builder(place()).set(settings.checkedValues());
    found().adapter().ifPresent(b::adapter);
    found().shown().ifPresent(b::named);
    method.ifPresent(b::method);
    targetFpr.ifPresent(b::targetFpr);
    activation.get().ifPresent(b::activation);
    return said(b.open());
  }

  static Model said(Model m) {
    if (m instanceof ClipModel clip) {
      ActivationOption.say(clip.backbone());
    }
    return m;
  }

  /** The same, of a backbone and an adapter. */
  ClipModel openClip() {
    Model m = open();
    if (m instanceof ClipModel clip) {
      return clip;
    }
    m.close();
    throw new HeadClipException("%s is an exported model already".formatted(m.name()));
  }

  /** The adapter as stored. */
  Adapter storedAdapter() {
    ModelBuilder b = Model.builder(place());
    found().adapter().ifPresent(b::adapter);
    found().shown().ifPresent(b::named);
    method.ifPresent(b::method);
    activation.get().ifPresent(b::activation);
    try (Model m = b.open()) {
      if (m instanceof ClipModel clip) {
        return clip.adapter();
      }
      throw new HeadClipException(
          "%s is an exported model, expected an adapter".formatted(m.name()));
    }
  }

  /**
   * A detector.
   *
   * @param calibrated whether {@code --target-fpr} and {@code --threshold} count
   */
  Detector detector(EngineOptions compute, boolean calibrated) {
    return said(builder(compute, calibrated).build());
  }

  /** The same against references, where such are given, of regions of the images. */
  Detector detector(EngineOptions compute, ReferenceOptions references, RegionOptions regions)
      throws IOException {
    if (!references.given()) {
      Detector found = regions.on(builder(compute, true)).build();
      try {
        if (found.references().isPresent()) {
          references.requireNone(
              "the model's references say how they are compared; leave it out, or 'remember' them anew");
        }
        references.requireGiven(" or --batched");
      } catch (HeadClipException e) {
        found.close();
        throw e;
      }
      return said(found);
    }
    if (targetFpr.isPresent()) {
      throw new HeadClipException(
          "--target-fpr with --normal: the stored scores are not of these references; give a --threshold");
    }
    return said(references.open(regions.on(builder(compute, true))));
  }

  /** A detector's builder with everything that was asked for. */
  DetectorBuilder builder(EngineOptions compute, boolean calibrated) {
    Map<String, String> all = settings.checkedValues();
    DetectorBuilder b = Detector.builder(place());
    if (calibrated) {
      targetFpr.ifPresent(b::targetFpr);
    } else {
      all.remove("threshold");
    }
    b.set(all);
    found().adapter().ifPresent(b::adapter);
    found().shown().ifPresent(b::named);
    method.ifPresent(b::method);
    className.ifPresent(b::className);
    activation.get().ifPresent(b::activation);
    return compute.on(b);
  }

  static Detector said(Detector detector) {
    said(detector.model());
    return detector;
  }
}
