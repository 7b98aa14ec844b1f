package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.calibrate.Calibration;
import dev.headclip.detect.Outcome;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.http.Uploads;
import dev.headclip.server.internal.models.ServedModel;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code POST /v1/calibrate}: a threshold from normal, labelled, or unlabelled images. */
final class CalibrateApi {
  private static final double USUAL_RATE = 0.01;
  private static final List<String> LABELS = List.of("images", "normal", "anomalous");

  private final Services services;
  private final Scorer scorer;

  CalibrateApi(Services services) {
    this.services = services;
    this.scorer = new Scorer(services);
  }

  List<Route> routes() {
    return List.of(new Route("POST", "/v1/calibrate", this::calibrate));
  }

  /** An image and what is known of it. */
  private record Labelled(ImageStore.Stored image, String label) {}

  private void calibrate(Context c) {
    Query q = Query.of(c, "model", "target_fpr", "recall", "apply");
    scorer.requireRoom();
    if (Uploads.isFiles(c)) {
      Uploads.Received got = services.uploads().read(c);
      List<Labelled> all = new ArrayList<>();
      for (int i = 0; i < got.images().size(); i++) {
        String part = got.parts().get(i);
        all.add(new Labelled(got.images().get(i), LABELS.contains(part) ? part : "images"));
      }
      try {
        if (got.mask().isPresent()) {
          throw Problem.invalid("a mask: thresholds are of whole images; leave it out");
        }
        calibrated(c, q, all);
      } finally {
        got.forget(services.store());
      }
      return;
    }
    JsonNode body = Json.body(c, Set.copyOf(LABELS));
    List<Labelled> all = new ArrayList<>();
    for (String label : LABELS) {
      if (body.has(label)) {
        ImagesApi.named(services.store(), body.path(label))
            .forEach(s -> all.add(new Labelled(s, label)));
      }
    }
    if (all.isEmpty()) {
      throw Problem.invalid(
          "no images; expected 'normal', 'normal' and 'anomalous', or 'images' without labels");
    }
    List<ImageStore.Stored> images = all.stream().map(Labelled::image).toList();
    services.store().hold(images);
    try {
      calibrated(c, q, all);
    } finally {
      services.store().release(images);
    }
  }

  private void calibrated(Context c, Query q, List<Labelled> all) {
    ServedModel m = services.models().get(q.text("model"));
    double rate = q.share("target_fpr").orElse(USUAL_RATE);
    Optional<Double> recall = q.share("recall");
    ObjectNode o = Json.object().put("model", m.name());
    List<Float> scores = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    o.putArray("failed");
    scorer.each(
        c,
        m.detector(),
        all.stream().map(Labelled::image).toList(),
        Optional.empty(),
        scorer.end(),
        (i, outcome) -> {
          if (outcome instanceof Outcome.Scored s) {
            scores.add((float) s.detection().score());
            labels.add(all.get(i).label());
          } else if (outcome instanceof Outcome.Failed f) {
            o.withArray("failed").addObject().put("image", f.source().id()).put("error", f.error());
          }
        });
    Calibration found = of(scores, labels, rate, recall);
    o.put("threshold", found.threshold());
    o.set("facts", Json.tree(found.facts()));
    o.putArray("remarks");
    found.remarks().forEach(r -> o.withArray("remarks").add(r));
    boolean apply = q.flag("apply", false);
    if (apply) {
      services.models().judge(m.name(), Optional.of(found.threshold()));
    }
    Json.answer(c, o.put("applied", apply));
  }

  private static Calibration of(
      List<Float> scores, List<String> labels, double rate, Optional<Double> recall) {
    if (scores.isEmpty()) {
      throw new Problem(Problem.Kind.UNREADABLE_IMAGE, "none of the images can be read");
    }
    float[] values = new float[scores.size()];
    boolean[] anomalous = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = scores.get(i);
      anomalous[i] = labels.get(i).equals("anomalous");
    }
    boolean unlabelled = labels.contains("images");
    if (unlabelled && (labels.contains("normal") || labels.contains("anomalous"))) {
      throw Problem.invalid("images with and without labels; expected either");
    }
    if (unlabelled) {
      return Calibration.unlabelled(values, rate);
    }
    if (!labels.contains("anomalous")) {
      return Calibration.normals(values, rate);
    }
    return recall
        .map(r -> Calibration.recall(values, anomalous, r))
        .orElseGet(() -> Calibration.bestF1(values, anomalous));
  }
}
