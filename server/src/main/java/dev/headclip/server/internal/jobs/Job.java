package dev.headclip.server.internal.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.results.Report;
import dev.headclip.server.internal.http.Events;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Images that are being looked at, and what was found in them. Thread-safe. */
public final class Job implements Events.Log {
  /** How far it is. */
  public enum State {
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED;

    String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    boolean ended() {
      return ordinal() >= DONE.ordinal();
    }
  }

  private final String id;
  private final String model;
  private final boolean batched;
  private final List<ImageStore.Stored> images;
  private final Path folder;
  private final Instant created = Instant.now();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final KeptResult[] results;
  private final List<Events.Event> events = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private State state = State.QUEUED;
  private boolean over;
  private boolean forgotten;
  private String error = "";
  private String step = "";
  private int done;
  private int all;
  private int found;
  private double threshold = 0.5;
  private Optional<Report.Compared> compared = Optional.empty();
  private volatile Instant asked = Instant.now();

  Job(String id, String model, boolean batched, List<ImageStore.Stored> images, Path folder) {
    this.id = id;
    this.model = model;
    this.batched = batched;
    this.images = List.copyOf(images);
    this.folder = folder;
    this.all = images.size();
    this.results = new KeptResult[images.size()];
  }

  public String id() {
    return id;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  List<ImageStore.Stored> images() {
    return images;
  }

  Path folder() {
    return folder;
  }

  /** Whether the images are scored among themselves. */
  boolean batched() {
    return batched;
  }

  AtomicBoolean stop() {
    return stop;
  }

  Instant asked() {
    return asked;
  }

  void touch() {
    asked = Instant.now();
  }

  /** The threshold that it was judged by first. */
  public synchronized double threshold() {
    return threshold;
  }

  /** What images were compared with. */
  public synchronized Optional<Report.Compared> compared() {
    return compared;
  }

  synchronized State state() {
    return state;
  }

  synchronized void begin(double cut, Optional<Report.Compared> with) {
    threshold = cut;
    compared = with;
    state = State.RUNNING;
    event("state", status());
  }

  synchronized void at(String what, int now, int of) {
    // a line for each of ten thousand images says nothing more
    boolean told = !what.equals(step) || now == of || now * 200L / of != done * 200L / of;
    step = what;
    done = now;
    all = of;
    if (told) {
      ObjectNode o = Json.object().put("step", what).put("done", now).put("all", of);
      event("progress", o);
    }
  }

  synchronized void remark(String text) {
    remarks.add(text);
    event("remark", Json.object().put("text", text));
  }

  void found(int index, KeptResult result, Optional<Detection> detection) {
    ObjectNode json = json(index, result, detection);
    synchronized (this) {
      results[index] = result;
      found++;
      event("result", json);
    }
  }

  synchronized void end(State how, String why) {
    state = how;
    error = why;
    event("end", status());
  }

  /** Its work is over; whether nobody wants what was found. */
  synchronized boolean over() {
    over = true;
    return forgotten;
  }

  /** Nobody wants it any more; whether its work is over, and this was said for the first time. */
  synchronized boolean forget() {
    boolean first = !forgotten;
    forgotten = true;
    return over && first;
  }

  private void event(String name, ObjectNode data) {
    events.add(new Events.Event(events.size(), name, data));
    notifyAll();
  }

  @Override
  public synchronized Optional<Events.Event> await(long number, int millis)
      throws InterruptedException {
    asked = Instant.now();
    long end = System.nanoTime() + millis * 1_000_000L;
    while (number >= events.size()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return Optional.empty();
      }
      wait(left);
    }
    return Optional.of(events.get((int) number));
  }

  @Override
  public synchronized boolean ended(long number) {
    return state.ended() && number >= events.size();
  }

  @Override
  public synchronized boolean beyond(long number) {
    return number > events.size();
  }

  /** Without results. */
  public synchronized ObjectNode status() {
    ObjectNode o = Json.object().put("id", id).put("state", state.key()).put("model", model);
    o.put("batched", batched).put("images", images.size()).put("results", found);
    o.put("threshold", threshold).put("created", created.toString());
    if (!step.isEmpty()) {
      o.putObject("progress").put("step", step).put("done", done).put("all", all);
    }
    if (!remarks.isEmpty()) {
      remarks.forEach(r -> o.withArray("remarks").add(r));
    }
    if (!error.isEmpty()) {
      o.put("error", error);
    }
    return o;
  }

  /** Places of results that are there. */
  public synchronized List<Integer> there() {
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      if (results[i] != null) {
        some.add(i);
      }
    }
    return some;
  }

  private synchronized KeptResult kept(int index) {
    asked = Instant.now();
    if (index < 0 || index >= results.length || results[index] == null) {
      throw Problem.notFound("no result %d of batch %s yet".formatted(index, id));
    }
    return results[index];
  }

  /** The image's name. */
  public String name(int index) {
    return images.get(index).name();
  }

  /** The image. */
  public ImageStore.Stored image(int index) {
    return kept(index).image();
  }

  /** Why an image could not be scored; empty where it was. */
  public Optional<String> error(int index) {
    return kept(index) instanceof KeptResult.Failed f ? Optional.of(f.error()) : Optional.empty();
  }

  /**
   * What was found, judged by a threshold.
   *
   * @throws Problem where the image could not be scored
   */
  public Detection detection(int index, double cut) {
    if (kept(index) instanceof KeptResult.Scored s) {
      return s.judged(cut);
    }
    throw new Problem(Problem.Kind.UNREADABLE_IMAGE, error(index).orElse(""));
  }

  /** A result as JSON. */
  public ObjectNode json(int index, double cut) {
    KeptResult kept = kept(index);
    return json(
        index,
        kept,
        kept instanceof KeptResult.Scored s ? Optional.of(s.judged(cut)) : Optional.empty());
  }

  private ObjectNode json(int index, KeptResult result, Optional<Detection> d) {
    String name = result.image().name();
    ObjectNode o =
        d.isPresent()
            ? DetectionJson.of(name, d.get(), model, Optional.empty(), Optional.empty())
            : DetectionJson.failed(name, ((KeptResult.Failed) result).error());
    if (d.isPresent()) {
      compared().ifPresent(c -> o.set("references", c.json()));
    }
    return o.put("id", result.image().id()).put("index", index);
  }
}
