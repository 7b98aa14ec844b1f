package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.http.Uploads;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /v1/images}: uploaded once, named in any number of requests. */
final class ImagesApi {
  private static final int LARGEST_VIEW = 4096;
  private static final int USUAL_VIEW = 1024;
  private static final int MOST = 100_000;

  private final Services services;

  ImagesApi(Services services) {
    this.services = services;
  }

  List<Route> routes() {
    return List.of(
        new Route("POST", "/v1/images", this::add),
        new Route("GET", "/v1/images/{id}/view", this::view),
        new Route("DELETE", "/v1/images/{id}", this::remove));
  }

  private void add(Context c) {
    Query.of(c, "name");
    ObjectNode o = Json.object();
    o.putArray("images");
    Uploads.Received got = services.uploads().read(c);
    if (got.mask().isPresent()) {
      got.forget(services.store());
      throw Problem.invalid("a mask goes with the images' own request; leave it out");
    }
    got.images().forEach(s -> o.withArray("images").add(json(s)));
    Json.answer(c, 201, o);
  }

  private ObjectNode json(ImageStore.Stored s) {
    ObjectNode o = Json.object().put("id", s.id()).put("name", s.name()).put("bytes", s.bytes());
    try {
      ImageLoader.Header h = services.loader().header(s.file());
      return o.put("width", h.width()).put("height", h.height());
    } catch (HeadClipException e) {
      // kept all the same: results name it and say why
      return o.put("error", e.getMessage());
    }
  }

  private void view(Context c) {
    int side = Query.of(c, "side").number("side", 16, LARGEST_VIEW).orElse(USUAL_VIEW);
    ImageStore.Stored s = services.store().get(c.pathParam("id"));
    byte[] jpeg = services.rendered(() -> MapImages.view(s, side, services.loader()));
    c.header("Cache-Control", "private, max-age=14400, immutable");
    c.contentType("image/jpeg").result(jpeg);
  }

  private void remove(Context c) {
    Query.of(c);
    String id = c.pathParam("id");
    services.store().get(id);
    if (!services.store().remove(id)) {
      throw new Problem(Problem.Kind.CONFLICT, "a batch needs the image; delete that first");
    }
    c.status(204);
  }

  /** Images that a request names by id. */
  static List<ImageStore.Stored> named(ImageStore store, JsonNode ids) {
    if (!ids.isArray() || ids.isEmpty() || ids.size() > MOST) {
      throw Problem.invalid("images: expected a list of ids from POST /v1/images");
    }
    Map<String, ImageStore.Stored> all = new LinkedHashMap<>();
    for (JsonNode id : ids) {
      if (!id.isTextual()) {
        throw Problem.invalid("images: %s, expected an id".formatted(id));
      }
      all.put(id.asText(), store.get(id.asText()));
    }
    return new ArrayList<>(all.values());
  }
}
