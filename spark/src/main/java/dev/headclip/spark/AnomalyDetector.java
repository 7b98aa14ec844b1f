package dev.headclip.spark;

import dev.headclip.spark.results.ResultSchema;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * {@link HeadClipSpark#detect} as a stage of a Spark ML pipeline. What is saved is what was asked
 * for: a model that is no built-in one must still be at its place when it is loaded.
 */
public final class AnomalyDetector extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1;
  private static final DetectOptions DEFAULTS = DetectOptions.defaults();

  private final String uid;
  private final Param<String> model;
  private final Param<String> adapter;
  private final Param<String> method;
  private final Param<String> className;
  private final DoubleParam threshold;
  private final DoubleParam targetFpr;
  private final Param<String> settings;
  private final Param<String> engine;
  private final Param<String> pathCol;
  private final Param<String> contentCol;
  private final BooleanParam maps;
  private final BooleanParam features;
  private final BooleanParam allPages;
  private final LongParam maxPixels;
  private final DoubleParam maxSeconds;
  private final Param<String> tiles;

  /** With the defaults: the built-in model. */
  public AnomalyDetector() {
    this("AnomalyDetector_" + UUID.randomUUID().toString().substring(0, 12));
  }

  /** Under an identity of its own; for reading what was saved. */
  public AnomalyDetector(String uid) {
    // parameters take their owner's name when they are made
    this.uid = uid;
    model = new Param<>(this, "model", "built-in name, path on the driver's machine, or URI");
    adapter = new Param<>(this, "adapter", "adapter in place of the one beside the backbone");
    method = new Param<>(this, "method", "method that learns nothing, in place of an adapter");
    className =
        new Param<>(this, "className", "what the images show, for methods whose sentences name it");
    threshold =
        new DoubleParam(this, "threshold", "score from which an image is anomalous, 0 to 1");
    targetFpr =
        new DoubleParam(this, "targetFpr", "share of false alarms, by stored normal scores");
    settings =
        new Param<>(this, "settings", "other settings of the model, as key=value, comma-separated");
    engine = new Param<>(this, "engine", "what computes, as key=value: engine, precision, device");
    pathCol =
        new Param<>(
            this, "pathCol", "column with the images' names, opened where there is no content");
    contentCol = new Param<>(this, "contentCol", "column with the bytes of image files");
    maps = new BooleanParam(this, "maps", "whether results carry the heat map as PNG");
    features = new BooleanParam(this, "features", "whether results carry the image's mean token");
    allPages = new BooleanParam(this, "allPages", "whether each page of a TIFF is a row");
    maxPixels = new LongParam(this, "maxPixels", "larger images are rows with an error");
    maxSeconds =
        new DoubleParam(this, "maxSeconds", "images that decode longer are rows with an error");
    tiles = new Param<>(this, "tiles", "what images are cut into: none, auto, a number, or pixels");
    setDefault(model, "starter");
    setDefault(pathCol, DEFAULTS.pathColumn());
    setDefault(contentCol, DEFAULTS.contentColumn());
    setDefault(maps, DEFAULTS.maps());
    setDefault(features, DEFAULTS.features());
    setDefault(allPages, DEFAULTS.allPages());
    setDefault(maxPixels, DEFAULTS.maxPixels());
    setDefault(maxSeconds, DEFAULTS.maxSeconds());
    setDefault(tiles, DEFAULTS.tiles());
  }

  @Override
  public String uid() {
    return uid;
  }

  /** A built-in name, a path on the driver's machine, or a URI. */
  public Param<String> model() {
    return model;
  }

  /** An adapter in place of the one beside the backbone. */
  public Param<String> adapter() {
    return adapter;
  }

  /** A method that learns nothing. */
  public Param<String> method() {
    return method;
  }

  /** What the images show. */
  public Param<String> className() {
    return className;
  }

  /** The score from which an image is anomalous. */
  public DoubleParam threshold() {
    return threshold;
  }

  /** The share of false alarms. */
  public DoubleParam targetFpr() {
    return targetFpr;
  }

  /** Other settings of the model. */
  public Param<String> settings() {
    return settings;
  }

  /** What computes. */
  public Param<String> engine() {
    return engine;
  }

  /** The column of names. */
  public Param<String> pathCol() {
    return pathCol;
  }

  /** The column of bytes. */
  public Param<String> contentCol() {
    return contentCol;
  }

  /** Whether results carry heat maps. */
  public BooleanParam maps() {
    return maps;
  }

  /** Whether results carry mean tokens. */
  public BooleanParam features() {
    return features;
  }

  /** Whether each page of a TIFF is a row. */
  public BooleanParam allPages() {
    return allPages;
  }

  /** The limit of an image's size. */
  public LongParam maxPixels() {
    return maxPixels;
  }

  /** The limit of the time of decoding. */
  public DoubleParam maxSeconds() {
    return maxSeconds;
  }

  /** What images are cut into. */
  public Param<String> tiles() {
    return tiles;
  }

  public AnomalyDetector setModel(String place) {
    set(model, place);
    return this;
  }

  public AnomalyDetector setAdapter(String place) {
    set(adapter, place);
    return this;
  }

  public AnomalyDetector setMethod(String name) {
    set(method, name);
    return this;
  }

  public AnomalyDetector setClassName(String word) {
    set(className, word);
    return this;
  }

  public AnomalyDetector setThreshold(double score) {
    set(threshold, score);
    return this;
  }

  public AnomalyDetector setTargetFpr(double share) {
    set(targetFpr, share);
    return this;
  }

  /** {@code key=value, key=value}. */
  public AnomalyDetector setSettings(String pairs) {
    set(settings, pairs);
    return this;
  }

  /** {@code key=value, key=value}. */
  public AnomalyDetector setEngine(String pairs) {
    set(engine, pairs);
    return this;
  }

  public AnomalyDetector setPathCol(String name) {
    set(pathCol, name);
    return this;
  }

  public AnomalyDetector setContentCol(String name) {
    set(contentCol, name);
    return this;
  }

  public AnomalyDetector setMaps(boolean wanted) {
    set(maps, wanted);
    return this;
  }

  public AnomalyDetector setFeatures(boolean wanted) {
    set(features, wanted);
    return this;
  }

  public AnomalyDetector setAllPages(boolean wanted) {
    set(allPages, wanted);
    return this;
  }

  public AnomalyDetector setMaxPixels(long pixels) {
    set(maxPixels, pixels);
    return this;
  }

  public AnomalyDetector setMaxSeconds(double seconds) {
    set(maxSeconds, seconds);
    return this;
  }

  public AnomalyDetector setTiles(String parts) {
    set(tiles, parts);
    return this;
  }

  private <T> Optional<T> given(Param<T> param) {
    scala.Option<T> found = get(param);
    return found.isDefined() ? Optional.of(found.get()) : Optional.empty();
  }

  private <T> T value(Param<T> param) {
    return getOrDefault(param);
  }

  /** The model that is asked for. */
  public ModelSpec spec() {
    Map<String, String> all = new LinkedHashMap<>(pairs("settings", given(settings)));
    given(threshold).ifPresent(t -> all.put("threshold", t.toString()));
    return new ModelSpec(
        value(model),
        given(adapter),
        given(method),
        given(className),
        given(targetFpr).map(Double.class::cast),
        all,
        pairs("engine", given(engine)));
  }

  /** How images are looked at. */
  public DetectOptions options() {
    return new DetectOptions(
        value(pathCol),
        value(contentCol),
        (Boolean) value(maps),
        (Boolean) value(features),
        (Boolean) value(allPages),
        (Long) value(maxPixels),
        (Double) value(maxSeconds),
        value(tiles));
  }

  private static Map<String, String> pairs(String of, Optional<String> text) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String pair : text.orElse("").split(",")) {
      if (pair.isBlank()) {
        continue;
      }
      String[] both = pair.split("=", 2);
      if (both.length < 2) {
        throw new IllegalArgumentException(
            "%s: %s, expected key=value, comma-separated".formatted(of, pair.strip()));
      }
      all.put(both[0].strip(), both[1].strip());
    }
    return all;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> images) {
    return HeadClipSpark.detect(images.toDF(), spec(), options());
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return ResultSchema.of(schema, options().contentColumn());
  }

  @Override
  public AnomalyDetector copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** Reads what was saved. */
  public static MLReader<AnomalyDetector> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what was saved at a path. */
  public static AnomalyDetector load(String path) {
    return read().load(path);
  }
}
