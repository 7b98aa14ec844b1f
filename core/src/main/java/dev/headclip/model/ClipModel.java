package dev.headclip.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Clip;
import dev.headclip.image.Normalization;
import dev.headclip.method.Adaptation;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Network;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.method.Views;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TappedNetwork;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.Compute;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A backbone and what was learned for it. */
public final class ClipModel extends Model {
  private final Backbone backbone;
  private final Adapter adapter;
  private final Threshold threshold;
  private final boolean owns;
  private final Optional<TokenTaps> taps;
  private final Optional<ReferenceModel> references;

  /** Owns {@code backbone}. */
  ClipModel(String name, Backbone backbone, Adapter adapter, Threshold threshold) {
    this(name, backbone, adapter, threshold, true, Optional.empty(), Optional.empty());
  }

  private ClipModel(
      String name,
      Backbone backbone,
      Adapter adapter,
      Threshold threshold,
      boolean owns,
      Optional<TokenTaps> taps,
      Optional<ReferenceModel> references) {
    super(name);
    this.owns = owns;
    this.taps = taps;
    this.references = references;
    this.backbone = backbone;
    this.adapter = adapter;
    this.threshold = threshold;
  }

  /** A backbone and an adapter that are there already; owns the backbone from here on. */
  public static ClipModel of(String name, Backbone backbone, Adapter adapter) {
    return new ClipModel(
        name, backbone, adapter, new Threshold(adapter.scores().threshold(), "the adapter's"));
  }

  /** The same with a backbone that stays the caller's. */
  public static ClipModel borrowing(String name, Backbone backbone, Adapter adapter) {
    Threshold threshold = new Threshold(adapter.scores().threshold(), "the adapter's");
    return new ClipModel(
        name, backbone, adapter, threshold, false, Optional.empty(), Optional.empty());
  }

  /** The same, judging by a threshold that somebody asked for. */
  public static ClipModel borrowing(
      String name, Backbone backbone, Adapter adapter, double threshold) {
    return new ClipModel(
        name,
        backbone,
        adapter,
        new Threshold(threshold, Threshold.GIVEN),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * The same model, whose network gives tokens of the frozen tower beside its evidence; takes this
   * one's place, and its backbone.
   *
   * @throws dev.headclip.settings.SettingException where the backbone has no such layers
   */
  public ClipModel tapped(TokenTaps tokens) {
    tokens.check(backbone.config());
    requireWhole();
    return new ClipModel(
        name(), backbone, adapter, threshold, owns, Optional.of(tokens), Optional.empty());
  }

  /**
   * The same model against references; takes this one's place, and its backbone.
   *
   * @throws dev.headclip.settings.SettingException where the backbone has not the layers
   */
  public ClipModel against(ReferenceModel fitted) {
    return against(fitted, name());
  }

  /** The same under another name. */
  ClipModel against(ReferenceModel fitted, String called) {
    fitted.taps().check(backbone.config());
    int width = backbone.config().vision().width();
    if (fitted.scorer().width() != width) {
      throw new HeadClipException(
          "references of tokens with %d numbers, the backbone's have %d; remember them anew with it"
              .formatted(fitted.scorer().width(), width));
    }
    requireWhole();
    return new ClipModel(
        called,
        backbone,
        adapter,
        threshold,
        owns,
        Optional.of(fitted.taps()),
        Optional.of(fitted));
  }

  private void requireWhole() {
    if (!views().firstWhole()) {
      throw new HeadClipException(
          "method %s cuts images into tiles of its own; references go with whole images"
              .formatted(method()));
    }
  }

  /** The references, where images are judged against such. */
  public Optional<ReferenceModel> references() {
    return references;
  }

  /** The method's scoring with distances to references beside it. */
  public ReferenceScoring scoring(ReferenceSettings settings, NormalEnds ends) {
    int grid = backbone.config().grid(imageSize());
    return ReferenceScoring.of(own(), settings, ends, grid, imageSize());
  }

  private Scoring own() {
    return adapter.method().scoring(adapter.scores(), backbone.config());
  }

  /** Tokens that the network gives beside its evidence. */
  public Optional<TokenTaps> taps() {
    return taps;
  }

  /** The method's network on a CLIP, with everything that is asked of it. */
  public <T> Network<T> network(Clip<T> clip) {
    Network<T> own = adapter.method().network(clip);
    return taps.isPresent() ? new TappedNetwork<>(own, clip, taps.get(), imageSize()) : own;
  }

  public Backbone backbone() {
    return backbone;
  }

  /** With everything that was asked for in place of what is stored. */
  public Adapter adapter() {
    return adapter;
  }

  @Override
  public String method() {
    return adapter.method().name();
  }

  @Override
  public int imageSize() {
    return adapter.method().imageSize();
  }

  @Override
  public Views views() {
    return adapter.method().views();
  }

  @Override
  public Normalization normalization() {
    return backbone.normalization();
  }

  @Override
  public ScoreSettings scores() {
    return adapter.scores();
  }

  @Override
  public Scoring scoring() {
    return references.isPresent()
        ? scoring(references.get().settings(), references.get().ends())
        : own();
  }

  @Override
  public Optional<Adaptation> adaptation(Compute compute) {
    return adapter.method().adaptation(backbone.config(), compute);
  }

  @Override
  public Threshold threshold() {
    return references.isEmpty() ? threshold : comparedThreshold();
  }

  @Override
  public double mapThreshold() {
    return references.isEmpty() ? super.mapThreshold() : comparedMapThreshold();
  }

  /** The verdict's threshold for images that are compared: where normal ones end, or as given. */
  public Threshold comparedThreshold() {
    return threshold.given()
        ? threshold
        : new Threshold(ReferenceScoring.END, "where normal references end");
  }

  /** The same for map values. */
  public double comparedMapThreshold() {
    return scores().mapThreshold().orElse(ReferenceScoring.END);
  }

  @Override
  public boolean wantsClassName() {
    return adapter.method().method().wantsClassName();
  }

  @Override
  public Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("model", name());
    m.put("method", method());
    m.put("backbone_digest", backbone.digest());
    m.put("activation", backbone.config().vision().activation().key());
    m.put("adapter_digest", adapter.digest());
    m.put("settings", adapter.method().json());
    references.ifPresent(r -> m.put("references", r.digest()));
    return m;
  }

  @Override
  public ObjectNode json() {
    return AdapterFile.json(adapter);
  }

  @Override
  public void close() {
    if (owns) {
      backbone.close();
    }
  }
}
