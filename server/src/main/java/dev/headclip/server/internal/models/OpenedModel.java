package dev.headclip.server.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A model's open sessions: for scoring, and for each kind of tokens that is compared. */
public final class OpenedModel implements AutoCloseable {
  private final ModelSource source;
  private final Limits limits;
  private final Detector detector;
  private final Map<TokenTaps, Comparer> comparers = new LinkedHashMap<>();

  OpenedModel(ModelSource source, Limits limits) {
    this.source = source;
    this.limits = limits;
    this.detector = builder().build();
  }

  private DetectorBuilder builder() {
    return source.builder().get().maxPixels(limits.maxPixels());
  }

  /** The name that it was opened under. */
  public String name() {
    return source.name();
  }

  ModelSource source() {
    return source;
  }

  Detector detector() {
    return detector;
  }

  /** The model of files that are written; none where it is an exported one. */
  Optional<ClipModel> clip() {
    return detector.model() instanceof ClipModel c ? Optional.of(c) : Optional.empty();
  }

  /**
   * What compares images by settings; sessions are shared by all that read the same tokens.
   *
   * @throws HeadClipException where its images cannot be compared
   */
  synchronized Comparer comparer(ReferenceSettings settings) {
    ClipModel clip =
        clip()
            .filter(c -> c.references().isEmpty())
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "model %s holds references already, or is an exported one; expected one with a backbone and an adapter"
                            .formatted(source.name())));
    TokenTaps taps = settings.taps(clip.backbone().config());
    Comparer open = comparers.computeIfAbsent(taps, t -> builder().references(settings).comparer());
    return open.with(settings);
  }

  /**
   * What files of references say of the model that they belong to.
   *
   * @param threshold that was chosen
   */
  JsonNode base(Optional<Double> threshold) {
    if (source.references().isPresent()) {
      JsonNode own = ReferenceFile.read(source.references().get()).base();
      threshold.ifPresent(t -> ((ObjectNode) own).withObject("/settings").put("threshold", t));
      return own;
    }
    DetectorBuilder builder = builder();
    threshold.ifPresent(builder::threshold);
    return builder.asked(clip().orElseThrow());
  }

  @Override
  public synchronized void close() {
    comparers.values().forEach(Comparer::close);
    detector.close();
  }
}
