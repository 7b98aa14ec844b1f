package dev.headclip.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /** Owns {@code backbone}. */
  ClipModel(String name, Backbone backbone, Adapter adapter, Threshold threshold) {
    this(name, backbone, adapter, threshold, true, Optional.empty());
  }

  private ClipModel(
      String name,
      Backbone backbone,
      Adapter adapter,
      Threshold threshold,
      boolean owns,
      Optional<TokenTaps> taps) {
    super(name);
    this.owns = owns;
    this.taps = taps;
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
    return new ClipModel(name, backbone, adapter, threshold, false, Optional.empty());
  }

  /**
   * The same model, whose network gives tokens of the frozen tower beside its evidence; takes this
   * one's place, and its backbone.
   *
   * @throws dev.headclip.settings.SettingException where the backbone has no such layers
   */
  public ClipModel tapped(TokenTaps tokens) {
    tokens.check(backbone.config());
    return new ClipModel(name(), backbone, adapter, threshold, owns, Optional.of(tokens));
  }

  /** Tokens that the network gives beside its evidence. */
  public Optional<TokenTaps> taps() {
    return taps;
  }

  /** The method's network on a CLIP, with everything that is asked of it. */
  public <T> Network<T> network(Clip<T> clip) {
    Network<T> own = adapter.method().network(clip);
    return taps.isPresent() ? new TappedNetwork<>(own, clip, taps.get()) : own;
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
    return adapter.method().scoring(adapter.scores(), backbone.config());
  }

  @Override
  public Optional<Adaptation> adaptation(Compute compute) {
    return adapter.method().adaptation(backbone.config(), compute);
  }

  @Override
  public Threshold threshold() {
    return threshold;
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
