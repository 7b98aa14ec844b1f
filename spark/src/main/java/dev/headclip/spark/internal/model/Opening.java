package dev.headclip.spark.internal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.image.Tiling;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.spark.settings.CompareOptions;
import dev.headclip.spark.settings.DetectOptions;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;

/** How a task's JVM opens a model: once, for all tasks that ask for the same. */
public final class Opening implements Serializable {
  private static final long serialVersionUID = 1;

  private final ShippedModel model;
  private final DetectOptions options;
  // none of both: zero-shot; the first: tokens are read; the second: images against references
  private final CompareOptions compare;
  private final Broadcast<byte[]> references;
  private final String key;

  private Opening(
      ShippedModel model,
      DetectOptions options,
      CompareOptions compare,
      Broadcast<byte[]> references,
      String key) {
    this.model = model;
    this.options = options;
    this.compare = compare;
    this.references = references;
    this.key = key;
  }

  /** Of a detector as the model is; where features are wanted, one that reads tokens. */
  public static Opening of(ShippedModel model, DetectOptions options) {
    CompareOptions tokens =
        options.features() && readsTokens(model) ? CompareOptions.defaults() : null;
    return new Opening(model, options, tokens, null, "%s %s".formatted(model.key(), options));
  }

  /** Whether a model must be asked for its tokens: one with references has read them anyway. */
  private static boolean readsTokens(ShippedModel model) {
    try (Model opened = model.detector(1).openModel()) {
      if (opened instanceof ClipModel clip) {
        return clip.references().isEmpty();
      }
      throw new HeadClipException(
          "%s: an exported model gives no features; expected a backbone and an adapter"
              .formatted(opened.name()));
    }
  }

  /** Of what reads tokens, too. */
  public Opening comparing(CompareOptions how) {
    return new Opening(model, options, how, null, "%s %s".formatted(key, how));
  }

  /**
   * Of a detector against references.
   *
   * @param file content of one that {@link dev.headclip.reference.ReferenceFile} wrote
   * @param digest of it
   */
  public Opening against(Broadcast<byte[]> file, String digest) {
    return new Opening(model, options, null, file, "%s %s".formatted(key, digest));
  }

  /** Hadoop's settings. */
  public Configuration hadoop() {
    return model.hadoop();
  }

  /** Of the model, for whoever keeps results. */
  public ObjectNode json() {
    return model.json();
  }

  /** This JVM's, of a network of {@code threads} threads. */
  public Shared<Opened> opened(int threads) {
    return Shared.of("%s %d".formatted(key, threads), Opened.class, () -> open(threads));
  }

  /** How images are compared, by a backbone. */
  public ReferenceSettings references(ClipConfig config) {
    ReferenceSettings start =
        compare.preset().isEmpty()
            ? ReferenceSettings.defaults()
            : ReferenceSettings.preset(compare.preset(), config);
    return start.with(compare.settings());
  }

  /** A builder on this machine. */
  public DetectorBuilder builder(int threads) {
    DetectorBuilder b =
        model
            .detector(threads)
            .maxPixels(options.maxPixels())
            .maxTimePerImage(options.maxTime())
            .tiling(Tiling.of(options.tiles()));
    if (compare != null) {
      b.references(compare.settings());
      if (!compare.preset().isEmpty()) {
        b.referencePreset(compare.preset());
      }
    }
    return b;
  }

  private Opened open(int threads) {
    if (references != null) {
      return against(ReferenceBytes.read(references.value()), threads);
    }
    if (compare == null) {
      return Opened.of(builder(threads).build());
    }
    Comparer comparer = builder(threads).comparer();
    return Opened.of(comparer.detector(), comparer);
  }

  private Opened against(ReferenceModel known, int threads) {
    Comparer comparer = builder(threads).references(known.settings()).comparer();
    try {
      return Opened.of(comparer.against(known), comparer);
    } catch (RuntimeException | Error e) {
      comparer.close();
      throw e;
    }
  }
}
