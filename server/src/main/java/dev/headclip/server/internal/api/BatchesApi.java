package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.RegionSource;
import dev.headclip.server.internal.http.Events;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.http.Uploads;
import dev.headclip.server.internal.jobs.Job;
import dev.headclip.server.internal.jobs.Jobs;
import dev.headclip.server.internal.models.ServedModel;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/batches}: many images, with progress, results that stay, and exports. */
final class BatchesApi {
  private final Services services;

  BatchesApi(Services services) {
    this.services = services;
  }

  List<Route> routes() {
    String one = "/v1/batches/{id}";
    String result = one + "/results/{index}";
    return List.of(
        new Route("POST", "/v1/batches", this::begin),
        new Route("GET", "/v1/batches", this::list),
        new Route("GET", one, this::show),
        new Route("DELETE", one, this::delete),
        new Route("GET", one + "/events", this::events),
        new Route("GET", one + "/export", this::export),
        new Route("GET", result, this::result),
        new Route("GET", result + "/map", this::map),
        new Route("GET", result + "/overlay", this::overlay));
  }

  private void begin(Context c) {
    if (services.stopping().get()) {
      throw Scorer.stopping();
    }
    Query q = Query.of(c, "model", "batched", "reference_preset", "pages");
    GivenImages.Pages pages = q.one("pages", GivenImages.Pages.class, GivenImages.Pages.all);
    if (Uploads.isFiles(c)) {
      Uploads.Received got = services.uploads().read(c);
      try {
        begun(
            c,
            q.text("model"),
            q.flag("batched", true),
            q.text("reference_preset"),
            GivenImages.regions(services, got),
            pages.of(services.store(), got.images()));
      } catch (RuntimeException e) {
        // who is sent away leaves nothing behind
        got.forget(services.store());
        throw e;
      }
      got.mask().ifPresent(m -> services.store().remove(m.id()));
      return;
    }
    JsonNode body =
        Json.body(c, Set.of("images", "model", "batched", "reference_preset", "ignore"));
    begun(
        c,
        Optional.ofNullable(body.path("model").textValue()).or(() -> q.text("model")),
        body.path("batched").asBoolean(q.flag("batched", true)),
        Optional.ofNullable(body.path("reference_preset").textValue())
            .or(() -> q.text("reference_preset")),
        Regions.of(body.path("ignore")),
        pages.of(services.store(), ImagesApi.named(services.store(), body.path("images"))));
  }

  private void begun(
      Context c,
      Optional<String> model,
      boolean batched,
      Optional<String> preset,
      RegionSource regions,
      List<ImageStore.Stored> images) {
    ServedModel m = services.models().get(model);
    if (batched && images.size() < 2) {
      throw Problem.invalid("one image; among themselves only two or more can be scored");
    }
    if (batched) {
      // what cannot be compared is said now, not by a batch that failed
      m.comparer(preset);
    }
    Job job = services.jobs().begin(new Jobs.Order(m, batched, preset, regions), images);
    c.header("Location", "/v1/batches/" + job.id());
    ObjectNode o = job.status();
    images.forEach(s -> o.withArray("image_ids").add(s.id()));
    Json.answer(c, 202, o);
  }

  private Job job(Context c) {
    return services.jobs().get(c.pathParam("id"));
  }

  private static int index(Context c) {
    try {
      return Integer.parseInt(c.pathParam("index"));
    } catch (NumberFormatException e) {
      throw Problem.notFound("no result '%s', expected a number".formatted(c.pathParam("index")));
    }
  }

  private static double cut(Query q, Job j) {
    return q.share("threshold").orElse(j.threshold());
  }

  private void list(Context c) {
    Query.of(c);
    ObjectNode o = Json.object();
    o.putArray("batches");
    services.jobs().all().forEach(j -> o.withArray("batches").add(j.status()));
    Json.answer(c, o);
  }

  private void show(Context c) {
    Query q = Query.of(c, "threshold", "results");
    Job j = job(c);
    ObjectNode o = j.status();
    if (q.flag("results", true)) {
      double cut = cut(q, j);
      var all = o.putArray("found");
      j.there().forEach(i -> all.add(j.json(i, cut)));
    }
    Json.answer(c, o);
  }

  private void delete(Context c) {
    Query.of(c);
    services.jobs().delete(job(c).id());
    c.status(204);
  }

  private void events(Context c) {
    Query.of(c);
    Events.send(c, job(c));
  }

  private void result(Context c) {
    Job j = job(c);
    double cut = cut(Query.of(c, "threshold"), j);
    Json.answer(c, j.json(index(c), cut));
  }

  /** Eight bits at the network's size for the page, else as {@code detect} writes it. */
  private enum Form {
    small,
    png,
    npy
  }

  private void map(Context c) {
    Query q = Query.of(c, "format", "map_size");
    Form form = q.one("format", Form.class, Form.png);
    MapImages.Size size = q.one("map_size", MapImages.Size.class, MapImages.Size.image);
    Job j = job(c);
    Detection d = j.detection(index(c), j.threshold());
    c.header("Cache-Control", "private, max-age=14400, immutable");
    switch (form) {
      case small -> c.contentType("image/png").result(MapImages.small(d));
      case png ->
          c.contentType("image/png")
              .result(services.rendered(() -> MapImages.map(d, MapImages.Form.png, size)));
      case npy ->
          c.contentType("application/x-npy")
              .result(services.rendered(() -> MapImages.map(d, MapImages.Form.npy, size)));
    }
  }

  private void overlay(Context c) {
    Job j = job(c);
    double cut = cut(Query.of(c, "threshold"), j);
    int index = index(c);
    Detection d = j.detection(index, cut);
    c.contentType("image/jpeg")
        .result(services.rendered(() -> MapImages.overlay(j.image(index), d, services.loader())));
  }

  private void export(Context c) {
    Query q = Query.of(c, "format", "threshold", "csv_guard");
    Job j = job(c);
    new Export(services, j, cut(q, j), q.flag("csv_guard", true))
        .answer(c, q.one("format", Export.Form.class, Export.Form.csv));
  }
}
