package dev.headclip.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.calibrate.Calibration;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Methods;
import dev.headclip.method.ScoreSettings;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.settings.Nearest;
import dev.headclip.settings.Schema;
import dev.headclip.weights.FileSet;
import dev.headclip.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Choices for a model that is opened. */
public final class ModelBuilder {
  private static final String IMAGE_SIZE = "image_size";
  private static final String THRESHOLD = "threshold";

  private final String place;
  private Optional<Path> adapter = Optional.empty();
  private Optional<String> name = Optional.empty();
  private Optional<String> method = Optional.empty();
  private Optional<Double> rate = Optional.empty();
  private Optional<Activation> activation = Optional.empty();
  private final Map<String, Object> settings = new LinkedHashMap<>();

  ModelBuilder(String nameOrPath) {
    this.place = nameOrPath;
  }

  /** The adapter's file, in place of the one beside the backbone. */
  public ModelBuilder adapter(Path file) {
    adapter = Optional.of(file);
    return this;
  }

  /** What it is called in reports, in place of its file's name. */
  public ModelBuilder named(String text) {
    name = Optional.of(text);
    return this;
  }

  /** The method, where it learns nothing and no adapter names it. */
  public ModelBuilder method(String name) {
    method = Optional.of(name);
    return this;
  }

  /** The activation of weights without a configuration, in place of what their name says. */
  public ModelBuilder activation(Activation of) {
    activation = Optional.of(of);
    return this;
  }

  /**
   * A setting in place of the stored one: any that turns numbers into scores, the image size, and
   * every one of a method that learns nothing. A value may be text.
   */
  public ModelBuilder set(String key, Object value) {
    settings.put(key, value);
    return this;
  }

  /** {@link #set} for several. */
  public ModelBuilder set(Map<String, ?> values) {
    settings.putAll(values);
    return this;
  }

  /** The score from which an image is anomalous, 0 to 1. */
  public ModelBuilder threshold(double value) {
    return set(THRESHOLD, value);
  }

  /** Weight of the local score, 0 to 1. */
  public ModelBuilder lambda(double value) {
    return set("lambda", value);
  }

  /** Side of the network's input, pixels. */
  public ModelBuilder imageSize(int pixels) {
    return set(IMAGE_SIZE, pixels);
  }

  /**
   * The threshold at which this share of normal images is called anomalous, by the scores that a
   * calibration stored.
   */
  public ModelBuilder targetFpr(double share) {
    rate = Optional.of(share);
    return this;
  }

  /**
   * Opens it.
   *
   * @throws HeadClipException where something is missing or does not fit
   */
  public Model open() {
    if (!BuiltInModels.names().contains(place) && ReferenceFile.is(Path.of(place))) {
      return remembered(Path.of(place));
    }
    Optional<ExportedFormat> format = ExportedModel.format(place);
    if (format.isPresent()) {
      return exported(format.get());
    }
    FileSet files = Model.files(place);
    Backbone backbone = Model.backbone(place, activation);
    try {
      Adapter stored = stored(files, backbone.config());
      Adapter wanted = wanted(stored, backbone.config());
      String shown = name.or(() -> adapter.map(a -> a.getFileName().toString())).orElse(place);
      return new ClipModel(shown, backbone, wanted, threshold(stored, wanted));
    } catch (RuntimeException e) {
      backbone.close();
      throw e;
    }
  }

  /** References with the model that they belong to. */
  private Model remembered(Path file) {
    if (adapter.isPresent() || method.isPresent() || rate.isPresent()) {
      throw new HeadClipException(
          "%s: references name their model themselves; name no adapter, method or target_fpr beside them"
              .formatted(file));
    }
    ReferenceFile.Contents contents = ReferenceFile.read(file);
    BaseModel base = BaseModel.read(file, contents.base());
    ModelBuilder own = base.builder();
    settings.forEach(
        (key, value) -> {
          if (key.equals(IMAGE_SIZE)) {
            throw new HeadClipException(
                "%s cannot be changed: the references were looked at under it".formatted(key));
          }
          own.set(key, value);
        });
    activation.ifPresent(own::activation);
    Model opened = own.open();
    try {
      if (!(opened instanceof ClipModel clip)) {
        throw new HeadClipException(
            "%s: its model is an exported one, expected a backbone".formatted(file));
      }
      base.require(file, clip);
      return clip.against(contents.model(), file.getFileName().toString());
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** What was asked for, so that it can be asked for again: for files that belong to a model. */
  public JsonNode asked(ClipModel opened) {
    return new BaseModel(place, adapter, method, activation, settings, "").json(opened);
  }

  private Model exported(ExportedFormat format) {
    if (adapter.isPresent() || method.isPresent()) {
      throw new HeadClipException(
          "%s: an exported model holds its adapter and method; name nothing beside it"
              .formatted(place));
    }
    if (rate.isPresent()) {
      throw new HeadClipException("target_fpr: not for an exported model; give a threshold");
    }
    return ExportedModel.open(Path.of(place), format, settings);
  }

  private Adapter stored(FileSet files, ClipConfig config) {
    if (adapter.isPresent()) {
      return ofMethod(AdapterFile.read(adapter.get(), config), adapter.get().toString());
    }
    boolean untrained =
        method
            .map(Methods::named)
            .filter(m -> MethodConfig.of(m, config).learned(config).isEmpty())
            .isPresent();
    if (untrained) {
      return Adapter.untrained(Methods.named(method.get()), config);
    }
    if (!files.has(Model.ADAPTER)) {
      throw new HeadClipException(
          "%s: no %s, expected one beside the backbone; 'headclip train' writes it"
              .formatted(place, Model.ADAPTER));
    }
    String where = files.describe(Model.ADAPTER);
    try (SafetensorsFile f = SafetensorsFile.of(where, files.read(Model.ADAPTER))) {
      return ofMethod(AdapterFile.read(where, f, f.metadata(), config), where);
    }
  }

  private Adapter ofMethod(Adapter found, String where) {
    if (method.isPresent() && !method.get().equals(found.method().name())) {
      throw new HeadClipException(
          "%s: an adapter of method %s, expected %s; train one"
              .formatted(where, found.method().name(), Methods.named(method.get()).name()));
    }
    return found;
  }

  private Adapter wanted(Adapter stored, ClipConfig config) {
    Map<String, Object> ofScores = new LinkedHashMap<>();
    Map<String, Object> ofMethod = new LinkedHashMap<>();
    Set<String> scoreNames = Schema.of(ScoreSettings.class).names();
    List<String> methodNames = Schema.of(stored.method().method().settings()).keys();
    boolean free = stored.learned().named().isEmpty();
    settings.forEach(
        (key, value) -> {
          if (scoreNames.contains(key)) {
            ofScores.put(key, value);
          } else if (methodNames.contains(key) && (free || key.equals(IMAGE_SIZE))) {
            ofMethod.put(key, value);
          } else if (methodNames.contains(key)) {
            throw new HeadClipException(
                "%s cannot be changed: the adapter was learned under it".formatted(key));
          } else {
            List<String> known = new ArrayList<>(scoreNames);
            known.addAll(methodNames);
            throw new HeadClipException(
                "method %s has no setting %s%s"
                    .formatted(stored.method().name(), key, Nearest.hint(key, known)));
          }
        });
    MethodConfig<?> method = stored.method().with(ofMethod);
    method.check(config);
    ScoreSettings scores = Schema.of(ScoreSettings.class).changed(stored.scores(), ofScores);
    return stored.withMethod(method).withScores(scores);
  }

  private Threshold threshold(Adapter stored, Adapter wanted) {
    if (rate.isPresent()) {
      return forRate(stored, rate.get());
    }
    double value = wanted.scores().threshold();
    if (settings.containsKey(THRESHOLD)) {
      return new Threshold(value, Threshold.GIVEN);
    }
    Object facts = stored.provenance().get(Calibration.KEY);
    if (facts instanceof Map<?, ?> m) {
      return new Threshold(value, "calibrated: " + m.get("origin"));
    }
    boolean learned = !stored.learned().named().isEmpty();
    return new Threshold(value, learned ? "the adapter's" : "the method's default");
  }

  /** From the normal scores that a calibration stored. */
  private Threshold forRate(Adapter stored, double share) {
    if (!settings.isEmpty()) {
      throw new HeadClipException(
          "target_fpr together with %s; the stored scores are not of these"
              .formatted(String.join(", ", settings.keySet())));
    }
    Object facts = stored.provenance().get(Calibration.KEY);
    Object scores = facts instanceof Map<?, ?> m ? m.get(Calibration.NORMAL_SCORES) : null;
    if (!(scores instanceof List<?> list) || list.isEmpty()) {
      throw new HeadClipException(
          "target_fpr: this adapter holds no scores of normal images; calibrate it on some first, or give a threshold");
    }
    float[] normal = new float[list.size()];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = list.get(i) instanceof Number n ? n.floatValue() : 0;
    }
    Calibration c = Calibration.normals(normal, share);
    return new Threshold(c.threshold(), String.join("; ", c.remarks()));
  }
}
