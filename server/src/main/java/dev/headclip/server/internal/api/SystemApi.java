package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.Version;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.settings.Limits;
import io.javalin.http.Context;
import java.util.List;
import java.util.Set;

/** Health, figures, sessions, and what the page has to know first. */
final class SystemApi {
  private final Services services;
  private final boolean watching;
  private final boolean tokenAsked;

  SystemApi(Services services, boolean watching, boolean tokenAsked) {
    this.services = services;
    this.watching = watching;
    this.tokenAsked = tokenAsked;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/healthz", this::alive),
        new Route("GET", "/readyz", this::ready),
        new Route("GET", "/metrics", this::metrics),
        new Route("GET", "/v1/info", this::info),
        new Route("GET", "/v1/session", this::session),
        new Route("POST", "/v1/session", this::signIn),
        new Route("DELETE", "/v1/session", this::signOut));
  }

  private void alive(Context c) {
    Json.answer(c, Json.object().put("status", "ok"));
  }

  private void ready(Context c) {
    if (services.stopping().get()) {
      throw Scorer.stopping();
    }
    Json.answer(c, Json.object().put("status", "ok").put("waiting", services.queue().waiting()));
  }

  private void metrics(Context c) {
    c.contentType("text/plain; version=0.0.4; charset=utf-8").result(services.meters().text());
  }

  private void info(Context c) {
    Query.of(c);
    Limits l = services.limits();
    ObjectNode o = Json.object().put("version", Version.text());
    o.put("default_model", services.models().first()).put("watching", watching);
    ReferenceSettings.presets().keySet().forEach(p -> o.withArray("reference_presets").add(p));
    o.putObject("limits")
        .put("queue", l.queue())
        .put("max_image_bytes", l.imageBytes())
        .put("max_request_bytes", l.requestBytes())
        .put("max_images", l.requestImages())
        .put("max_pixels", l.maxPixels())
        .put("store_bytes", l.storeBytes())
        .put("max_models", l.models())
        .put("deadline_seconds", l.deadline().toSeconds())
        .put("idle_seconds", l.idle().toSeconds());
    Json.answer(c, o);
  }

  private void session(Context c) {
    Query.of(c);
    Json.answer(
        c,
        Json.object().put("token_needed", tokenAsked).put("signed_in", services.guard().known(c)));
  }

  private void signIn(Context c) {
    Query.of(c);
    JsonNode token = Json.body(c, Set.of("token")).path("token");
    if (!token.isTextual()) {
      throw Problem.invalid("expected {\"token\": \"...\"}");
    }
    services.guard().signIn(c, token.asText());
    c.status(204);
  }

  private void signOut(Context c) {
    Query.of(c);
    services.guard().signOut(c);
    c.status(204);
  }
}
