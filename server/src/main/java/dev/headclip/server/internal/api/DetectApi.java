package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.RegionSource;
import dev.headclip.method.ClassName;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.models.ServedModel;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code POST /v1/detect}: images in, verdicts out. */
final class DetectApi {
  private static final int MOST_MAPS = 32;
  private static final long MOST_PIXELS = 100_000_000;
  private static final String LINES = "application/x-ndjson";

  private final Services services;
  private final Scorer scorer;

  DetectApi(Services services) {
    this.services = services;
    this.scorer = new Scorer(services);
  }

  List<Route> routes() {
    return List.of(new Route("POST", "/v1/detect", this::detect));
  }

  private record Asked(
      ServedModel model,
      Optional<Double> threshold,
      MapImages.Form maps,
      MapImages.Size size,
      boolean overlay,
      Optional<ClassName> className) {
    /** Pixels of the pictures in a result. */
    long drawn(Outcome outcome) {
      if (!(outcome instanceof Outcome.Scored s)) {
        return 0;
      }
      long all = (long) s.detection().width() * s.detection().height();
      boolean full = overlay || maps != MapImages.Form.none && size == MapImages.Size.image;
      return full ? all : 0;
    }
  }

  private void detect(Context c) {
    Query q =
        Query.of(
            c, "model", "threshold", "maps", "map_size", "overlay", "class_name", "name", "pages");
    Asked asked =
        new Asked(
            services.models().get(q.text("model")),
            q.share("threshold"),
            q.one("maps", MapImages.Form.class, MapImages.Form.none),
            q.one("map_size", MapImages.Size.class, MapImages.Size.image),
            q.flag("overlay", false),
            q.text("class_name").map(ClassName::new));
    scorer.requireRoom();
    long end = scorer.end();
    GivenImages.Pages pages = q.one("pages", GivenImages.Pages.class, GivenImages.Pages.all);
    GivenImages.use(services, c, pages, given -> scored(c, asked, given, end));
  }

  private void scored(Context c, Asked asked, GivenImages given, long end) {
    List<ImageStore.Stored> images = given.images();
    Detector own = asked.model().detector();
    Detector detector = given.regions() == RegionSource.all() ? own : own.within(given.regions());
    if (given.raw()) {
      scorer.each(
          c,
          detector,
          images,
          asked.className(),
          end,
          (i, outcome) -> one(c, asked, images.get(0), outcome));
      return;
    }
    if (images.size() > MOST_MAPS && (asked.maps() != MapImages.Form.none || asked.overlay())) {
      throw new Problem(
          Problem.Kind.TOO_LARGE,
          "maps of %d images; at most %d a request, or a batch of them all"
              .formatted(images.size(), MOST_MAPS));
    }
    ArrayNode results = Json.object().putArray("results");
    long[] pixels = {0};
    scorer.each(
        c,
        detector,
        images,
        asked.className(),
        end,
        (i, outcome) -> {
          pixels[0] += asked.drawn(outcome);
          if (pixels[0] > MOST_PIXELS) {
            throw new Problem(
                Problem.Kind.TOO_LARGE,
                "maps of more than %d million pixels; ask for map_size=model, or use a batch"
                    .formatted(MOST_PIXELS / 1_000_000));
          }
          results.add(json(asked, images.get(i), outcome));
        });
    if (String.valueOf(c.header("Accept")).contains(LINES)) {
      StringBuilder lines = new StringBuilder();
      results.forEach(o -> lines.append(o).append('\n'));
      c.contentType(LINES).result(lines.toString());
    } else {
      ObjectNode all = Json.object().put("model", asked.model().name());
      all.set("results", results);
      Json.answer(c, all);
    }
  }

  private void one(Context c, Asked asked, ImageStore.Stored image, Outcome outcome) {
    String accept = String.valueOf(c.header("Accept"));
    if (outcome instanceof Outcome.Failed f) {
      throw new Problem(Problem.Kind.UNREADABLE_IMAGE, f.error());
    }
    MapImages.Form alone =
        accept.startsWith("image/png")
            ? MapImages.Form.png
            : accept.startsWith("application/x-npy") ? MapImages.Form.npy : MapImages.Form.none;
    if (alone == MapImages.Form.none) {
      Json.answer(c, json(asked, image, outcome));
      return;
    }
    Detection d = judged(asked, outcome);
    c.header("Headclip-Score", String.valueOf(DetectionJson.rounded(d.score())));
    c.header("Headclip-Anomalous", String.valueOf(d.anomalous()));
    c.contentType(alone.media()).result(rendered(() -> MapImages.map(d, alone, asked.size())));
  }

  private static Detection judged(Asked asked, Outcome outcome) {
    Detection d = ((Outcome.Scored) outcome).detection();
    return asked.threshold().map(d::judged).orElseGet(() -> asked.model().judged(d));
  }

  private ObjectNode json(Asked asked, ImageStore.Stored image, Outcome outcome) {
    if (outcome instanceof Outcome.Failed f) {
      return DetectionJson.failed(image.name(), f.error());
    }
    Detection d = judged(asked, outcome);
    ObjectNode o =
        DetectionJson.of(image.name(), d, asked.model().name(), Optional.empty(), Optional.empty());
    asked.model().compared().ifPresent(r -> o.set("references", r.json()));
    if (asked.maps() != MapImages.Form.none) {
      o.put(
          "map",
          MapImages.dataUri(
              asked.maps().media(), rendered(() -> MapImages.map(d, asked.maps(), asked.size()))));
    }
    if (asked.overlay()) {
      o.put(
          "overlay",
          MapImages.dataUri(
              "image/jpeg", rendered(() -> MapImages.overlay(image, d, services.loader()))));
    }
    return o;
  }

  private byte[] rendered(Supplier<byte[]> picture) {
    return services.rendered(picture);
  }
}
