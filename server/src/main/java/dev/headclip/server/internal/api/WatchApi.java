package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Outcome;
import dev.headclip.server.internal.http.Events;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Query;
import dev.headclip.server.internal.models.ServedModel;
import dev.headclip.watch.HotFolder;
import dev.headclip.watch.WatchListener;
import dev.headclip.watch.WatchSettings;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/watch}: what arrives in a watched folder, live. */
public final class WatchApi implements WatchListener, Events.Log {
  /** Results that the page can still show. */
  private static final int KEPT = 500;

  private static final int VIEW = 720;

  private final Services services;
  private final Optional<WatchSettings> settings;
  private final Deque<Entry> recent = new ArrayDeque<>();
  // never again the same, whenever the server is started
  private long next = System.currentTimeMillis();
  private long anomalous;
  private long normal;
  private long failed;
  private boolean closed;
  private String stopped = "";
  private String model;

  /**
   * @param number of its own
   * @param file where the image lies
   * @param map eight bits of its map; empty where it could not be scored
   */
  private record Entry(long number, ObjectNode json, Path file, byte[] map) {}

  public WatchApi(Services services, Optional<WatchSettings> settings) {
    this.services = services;
    this.settings = settings;
    this.model = services.models().first();
  }

  /** What arriving images are judged by now: the model that was chosen, while there is one. */
  public synchronized HotFolder.Judge judge() {
    ServedModel m =
        services.models().find(model).orElseGet(() -> services.models().get(Optional.empty()));
    return new HotFolder.Judge(m.name(), m.detector(), m.threshold());
  }

  /** The folder is watched no more. */
  public synchronized void stopped(String reason) {
    stopped = reason;
    notifyAll();
  }

  private void change(Context c) {
    Query.of(c);
    String name = Json.body(c, Set.of("model")).path("model").asText("");
    requireFolder();
    ServedModel m = services.models().get(name);
    synchronized (this) {
      model = m.name();
    }
    show(c);
  }

  private void requireFolder() {
    if (settings.isEmpty()) {
      throw Problem.notFound("no folder is watched; 'headclip serve --watch FOLDER' does");
    }
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/watch", this::list),
        new Route("PATCH", "/v1/watch", this::change),
        new Route("GET", "/v1/watch/events", this::events),
        new Route("GET", "/v1/watch/results/{number}/view", this::view),
        new Route("GET", "/v1/watch/results/{number}/map", this::map));
  }

  @Override
  public void found(ObjectNode line, Outcome outcome, Path file) {
    services.meters().image(outcome);
    byte[] map = outcome instanceof Outcome.Scored s ? MapImages.small(s.detection()) : new byte[0];
    synchronized (this) {
      ObjectNode json = line.deepCopy().put("number", next);
      recent.add(new Entry(next, json, file, map));
      next++;
      if (recent.size() > KEPT) {
        recent.remove();
      }
      if (outcome instanceof Outcome.Scored s) {
        anomalous += s.detection().anomalous() ? 1 : 0;
        normal += s.detection().anomalous() ? 0 : 1;
      } else {
        failed++;
      }
      notifyAll();
    }
  }

  private void list(Context c) {
    Query.of(c);
    show(c);
  }

  private synchronized void show(Context c) {
    ObjectNode o = Json.object().put("watching", settings.isPresent());
    settings.ifPresent(
        s -> {
          // the folder's name, not where it lies: that is nobody's business
          o.put("folder", String.valueOf(s.folder().getFileName()));
          o.put("sort", s.sort().name());
          o.put("model", judge().model());
        });
    if (!stopped.isEmpty()) {
      o.put("stopped", stopped);
    }
    o.put("anomalous", anomalous).put("normal", normal).put("failed", failed);
    o.putArray("recent");
    recent.forEach(e -> o.withArray("recent").add(e.json()));
    Json.answer(c, o);
  }

  private void events(Context c) {
    Query.of(c);
    requireFolder();
    Events.send(c, this);
  }

  private synchronized Entry entry(Context c) {
    String number = c.pathParam("number");
    return recent.stream()
        .filter(e -> String.valueOf(e.number()).equals(number))
        .findFirst()
        .orElseThrow(
            () -> Problem.notFound("no result %s among the last %d".formatted(number, KEPT)));
  }

  private void view(Context c) {
    int side = Query.of(c, "side").number("side", 16, 4096).orElse(VIEW);
    Entry e = entry(c);
    services.rendering().acquireUninterruptibly();
    try {
      ImageStore.Stored s = new ImageStore.Stored("", e.file().toString(), e.file(), 0, 1);
      c.contentType("image/jpeg").result(MapImages.view(s, side, services.loader()));
    } catch (HeadClipException gone) {
      throw Problem.notFound("the image is not there any more");
    } finally {
      services.rendering().release();
    }
  }

  private void map(Context c) {
    Query.of(c);
    Entry e = entry(c);
    if (e.map().length == 0) {
      throw Problem.notFound("the image could not be scored");
    }
    c.contentType("image/png").result(e.map());
  }

  @Override
  public synchronized Optional<Events.Event> await(long number, int millis)
      throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000L;
    while (number >= next && !closed && stopped.isEmpty()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return Optional.empty();
      }
      wait(left);
    }
    if (number >= next) {
      return Optional.empty();
    }
    // who was away for longer sees the oldest that is kept
    ObjectNode json =
        recent.stream()
            .filter(e -> e.number() >= number)
            .findFirst()
            .map(Entry::json)
            .orElseGet(Json::object);
    return json.isEmpty()
        ? Optional.empty()
        : Optional.of(new Events.Event(json.path("number").asLong(), "result", json));
  }

  @Override
  public synchronized boolean ended(long number) {
    return (closed || !stopped.isEmpty()) && number >= next;
  }

  @Override
  public synchronized boolean beyond(long number) {
    return number > next;
  }

  /** Ends all that listen. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
