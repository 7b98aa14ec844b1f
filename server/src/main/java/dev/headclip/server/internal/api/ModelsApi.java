package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.ImageSource;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.model.ClipModel;
import dev.headclip.model.ModelDescription;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.models.Models;
import dev.headclip.server.internal.models.ServedModel;
import dev.headclip.server.settings.OnnxWriter;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/models}: which there are, teaching them what is normal, and taking them home. */
final class ModelsApi {
  private final Services services;
  private final Optional<OnnxWriter> onnx;

  ModelsApi(Services services, Optional<OnnxWriter> onnx) {
    this.services = services;
    this.onnx = onnx;
  }

  List<Route> routes() {
    String one = "/v1/models/{name}";
    return List.of(
        new Route("GET", "/v1/models", this::list),
        new Route("GET", one, this::show),
        new Route("PATCH", one, this::change),
        new Route("DELETE", one, this::delete),
        new Route("GET", one + "/normal", this::references),
        new Route("POST", one + "/normal", this::teach),
        new Route("GET", one + "/file", this::file));
  }

  private Models models() {
    return services.models();
  }

  private void list(Context c) {
    Query.of(c);
    ObjectNode o = Json.object().put("default", models().first());
    o.putArray("models");
    models().all().forEach(m -> o.withArray("models").add(summary(m)));
    Json.answer(c, o);
  }

  private ObjectNode summary(ServedModel m) {
    ObjectNode o = Json.object().put("name", m.name()).put("method", m.detector().model().method());
    o.put("image_size", m.detector().model().imageSize());
    o.put("threshold", m.cut()).put("threshold_origin", m.cutOrigin());
    o.put("taught", m.taught());
    o.put("base", m.opened().name());
    o.put("references", m.references().map(ReferenceModel::references).orElse(0));
    boolean exported = !(m.detector().model() instanceof ClipModel);
    o.put("teachable", !exported && (m.references().isEmpty() || m.taught()));
    o.putArray("files");
    if (!exported) {
      o.withArray("files").add("adapter");
      onnx.ifPresent(w -> o.withArray("files").add("onnx"));
    }
    return o;
  }

  private void show(Context c) {
    Query.of(c);
    ServedModel m = models().get(c.pathParam("name"));
    ObjectNode o = summary(m);
    ModelDescription.add(o, m.detector().model());
    o.put("threshold_origin", m.cutOrigin());
    Json.answer(c, o);
  }

  private void change(Context c) {
    Query.of(c);
    JsonNode body = Json.body(c, Set.of("threshold"));
    JsonNode t = body.path("threshold");
    if (t.isMissingNode()
        || !t.isNull() && !(t.isNumber() && t.asDouble() >= 0 && t.asDouble() <= 1)) {
      throw Problem.invalid(
          "threshold is %s, expected 0 to 1, or null for the model's own".formatted(t));
    }
    Optional<Double> value = t.isNull() ? Optional.empty() : Optional.of(t.asDouble());
    Json.answer(c, summary(models().judge(c.pathParam("name"), value)));
  }

  private void delete(Context c) {
    Query.of(c);
    models().delete(c.pathParam("name"));
    c.status(204);
  }

  private void references(Context c) {
    Query.of(c);
    ServedModel m = models().get(c.pathParam("name"));
    ObjectNode o = Json.object().put("model", m.name());
    o.putArray("references");
    m.references()
        .ifPresent(
            r ->
                r.known()
                    .forEach(
                        k ->
                            o.withArray("references")
                                .addObject()
                                .put("name", k.name())
                                .put("digest", k.digest())));
    Json.answer(c, o);
  }

  private enum Action {
    add,
    remove
  }

  private void teach(Context c) {
    if (services.stopping().get()) {
      throw Scorer.stopping();
    }
    Query q = Query.of(c, "action", "base", "reference_preset", "pages");
    GivenImages.Pages pages = q.one("pages", GivenImages.Pages.class, GivenImages.Pages.all);
    Action action = q.one("action", Action.class, Action.add);
    GivenImages.use(services, c, pages, given -> taught(c, q, action, given));
  }

  private void taught(Context c, Query q, Action action, GivenImages given) {
    String name = c.pathParam("name");
    List<ImageSource> sources = new ArrayList<>();
    for (ImageStore.Stored s : given.images()) {
      sources.add(s.source(Optional.empty()));
    }
    boolean isNew = models().find(name).isEmpty();
    Models.Taught t =
        action == Action.add
            ? models()
                .add(name, q.text("base"), q.text("reference_preset"), given.regions(), sources)
            : models().remove(name, sources);
    ObjectNode o = summary(t.model());
    List<ReferenceModel.Known> known = t.fitted().model().known();
    o.putArray("scores");
    for (int i = 0; i < known.size() && i < t.fitted().scores().size(); i++) {
      o.withArray("scores")
          .addObject()
          .put("name", known.get(i).name())
          .put("score", DetectionJson.rounded(t.fitted().scores().get(i)));
    }
    o.putArray("remarks");
    t.fitted().remarks().forEach(r -> o.withArray("remarks").add(r));
    Json.answer(c, isNew ? 201 : 200, o);
  }

  private enum FileForm {
    adapter,
    onnx
  }

  private void file(Context c) {
    FileForm form = Query.of(c, "format").one("format", FileForm.class, FileForm.adapter);
    ServedModel m = models().get(c.pathParam("name"));
    Path folder = services.store().folder().resolve("file-" + services.store().newId());
    String suffix = form == FileForm.adapter ? ".safetensors" : ".onnx";
    Path file = folder.resolve("model" + suffix);
    try {
      Files.createDirectories(folder);
      write(m, form, file);
      c.contentType("application/octet-stream");
      c.header("Content-Disposition", "attachment; filename=\"%s%s\"".formatted(m.name(), suffix));
      c.header("Content-Length", String.valueOf(Files.size(file)));
      Files.copy(file, c.res().getOutputStream());
      c.res().flushBuffer();
    } catch (IOException e) {
      throw new Scorer.Left();
    } finally {
      AtomicFiles.deleteTree(folder);
    }
  }

  private void write(ServedModel m, FileForm form, Path file) {
    if (form == FileForm.adapter) {
      m.write(file);
      return;
    }
    OnnxWriter writer =
        onnx.orElseThrow(
            () -> new Problem(Problem.Kind.UNUSABLE, "this server does not write ONNX files"));
    services.rendered(
        () -> {
          writer.write(m.forExport(), file);
          return file;
        });
    try (var beside = Files.list(file.getParent())) {
      if (beside.count() > 1) {
        throw new Problem(
            Problem.Kind.UNUSABLE,
            "its weights do not fit into one ONNX file; download the adapter and use 'headclip export'");
      }
    } catch (IOException e) {
      throw new HeadClipException("the file cannot be written", e);
    }
  }
}
