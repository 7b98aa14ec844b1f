package dev.headclip.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.results.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Scores what arrives in a folder. Each file gets one line in {@code OUT/results.jsonl}, whenever
 * the process is killed and started again: the line is on the disk first, then the image is moved
 * or tagged; what is missing of that is done at the next start. A file that is replaced is a new
 * one.
 */
public final class HotFolder implements AutoCloseable {
  /** The results' file. */
  public static final String RESULTS = "results.jsonl";

  /** Ending of a tag beside an image. */
  public static final String TAG = ".headclip.json";

  private static final int AT_A_TIME = 16;
  private static final int SHORTEST_REST = 250;

  private final WatchSettings settings;
  private final Supplier<Judge> judges;
  private final DetectionQueue queue;
  private final ResultFiles files;
  private final WatchListener listener;
  private final Consumer<String> remarks;
  private final Journal journal;
  private final Arrivals arrivals;
  private boolean lost;

  /**
   * Opens the results, and finishes what an earlier process left undone.
   *
   * @param judges asked each time that something has arrived; the detector stays the caller's, as
   *     the queue does
   * @param remarks is told of what users should know, one line each
   */
  public HotFolder(
      WatchSettings settings,
      Supplier<Judge> judges,
      DetectionQueue queue,
      ResultFiles files,
      WatchListener listener,
      Consumer<String> remarks) {
    this.settings = settings;
    this.judges = judges;
    this.queue = queue;
    this.files = files;
    this.listener = listener;
    this.remarks = remarks;
    if (!Files.isDirectory(settings.folder())) {
      throw new HeadClipException(
          "%s: no such folder, expected one that images arrive in".formatted(settings.folder()));
    }
    this.journal = new Journal(settings.out().resolve(RESULTS));
    this.arrivals = new Arrivals(settings);
    try {
      journal.read(this::known);
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** A line that an earlier process wrote. */
  private void known(JsonNode line) {
    String path = line.path("image").asText();
    JsonNode file = line.path("file");
    Path there = settings.folder().resolve(path);
    try {
      if (!there.normalize().startsWith(settings.folder()) || !Files.isRegularFile(there)) {
        return;
      }
      String key =
          Arrivals.Arrived.key(
              path, file.path("bytes").asLong(-1), file.path("modified").asLong(-1));
      String now =
          Arrivals.Arrived.key(
              path, Files.size(there), Files.getLastModifiedTime(there).toMillis());
      if (key.equals(now)) {
        arrivals.done(key);
        if (line.has("moved_to") || !Files.exists(tag(there))) {
          sorted((ObjectNode) line, there);
        }
      }
    } catch (IOException e) {
      // gone meanwhile
    }
  }

  /**
   * What images are judged by.
   *
   * @param model its name
   * @param threshold in place of the model's own
   */
  public record Judge(String model, Detector detector, Optional<Double> threshold) {
    /** A model as it is. */
    public static Judge of(Detector detector) {
      return new Judge(detector.model().name(), detector, Optional.empty());
    }

    private Outcome judged(Outcome o) {
      return o instanceof Outcome.Scored s && threshold.isPresent()
          ? new Outcome.Scored(s.source(), s.detection().judged(threshold.get()), s.pixels())
          : o;
    }
  }

  /** An image that is being scored. */
  private record Pending(
      Arrivals.Arrived arrived, Judge judge, CompletableFuture<Outcome> outcome) {}

  /**
   * Watches until somebody wants to stop; what was begun then is finished.
   *
   * @throws HeadClipException where results cannot be written any more
   */
  public void run(AtomicBoolean stop) throws InterruptedException {
    while (!stop.get()) {
      long spent = round(stop);
      // a folder of a hundred thousand files is not looked at all the time
      long rest = Math.max(Math.min(SHORTEST_REST, settings.settle().toMillis()), spent / 2);
      for (long slept = 0; slept < rest && !stop.get(); slept += 50) {
        Thread.sleep(Math.min(50, rest - slept));
      }
    }
  }

  private void some(List<Arrivals.Arrived> arrived) throws InterruptedException {
    Judge judge = judges.get();
    List<Pending> pending = new ArrayList<>();
    try (DetectionQueue.Places places = queue.places(arrived.size())) {
      for (Arrivals.Arrived a : arrived) {
        pending.add(new Pending(a, judge, places.submit(judge.detector(), source(a))));
      }
      pending.forEach(this::finish);
    }
  }

  /** Looks, and scores what is there; milliseconds that looking took. */
  private long round(AtomicBoolean stop) throws InterruptedException {
    long start = System.nanoTime();
    long spent = 0;
    try {
      List<Arrivals.Arrived> ready = arrivals.look();
      spent = (System.nanoTime() - start) / 1_000_000;
      if (lost) {
        lost = false;
        remarks.accept("%s: is there again".formatted(settings.folder()));
      }
      // a share of the queue at a time: others wait for answers
      int share = Math.min(AT_A_TIME, queue.share());
      for (int from = 0; from < ready.size() && !stop.get(); from += share) {
        some(ready.subList(from, Math.min(ready.size(), from + share)));
      }
    } catch (IOException e) {
      if (!lost) {
        lost = true;
        remarks.accept("%s: cannot be read (%s); waiting for it".formatted(settings.folder(), e));
      }
    }
    return spent;
  }

  private static ImageSource source(Arrivals.Arrived a) {
    return ImageSource.of(a.path(), a.file(), 1);
  }

  private void finish(Pending p) {
    Outcome outcome = p.judge().judged(p.outcome().join());
    Arrivals.Arrived a = p.arrived();
    if (outcome instanceof Outcome.Failed) {
      if (!Files.exists(a.file()) || arrivals.mayGrow(a)) {
        return;
      }
    } else if (changed(a)) {
      // it grew while it was read: once more when it is complete
      return;
    }
    ObjectNode line = line(outcome, a, p.judge());
    if (settings.sort() == WatchSettings.Sort.move) {
      line.put("moved_to", settings.out().relativize(target(outcome, a)).toString());
    }
    journal.append(line);
    arrivals.done(a.key());
    Path now = sorted(line, a.file());
    listener.found(line, outcome, now);
  }

  private static boolean changed(Arrivals.Arrived a) {
    try {
      return Files.size(a.file()) != a.size()
          || Files.getLastModifiedTime(a.file()).toMillis() != a.modified();
    } catch (IOException e) {
      return true;
    }
  }

  private ObjectNode line(Outcome outcome, Arrivals.Arrived a, Judge judge) {
    ObjectNode o;
    if (outcome instanceof Outcome.Scored s) {
      ResultFiles.Written w = written(s, a);
      o = DetectionJson.of(a.path(), s.detection(), judge.model(), w.map(), w.overlay());
      Report.Compared.of(judge.detector()).ifPresent(c -> o.set("references", c.json()));
    } else {
      o = DetectionJson.failed(a.path(), ((Outcome.Failed) outcome).error());
    }
    o.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    o.putObject("file").put("bytes", a.size()).put("modified", a.modified());
    return o;
  }

  /** A picture that cannot be written is no reason to lose a result. */
  private ResultFiles.Written written(Outcome.Scored s, Arrivals.Arrived a) {
    try {
      return files.write(s, free(a.path()));
    } catch (HeadClipException e) {
      remarks.accept("%s: scored, but %s".formatted(a.file(), e.getMessage()));
      return new ResultFiles.Written(Optional.empty(), Optional.empty());
    }
  }

  /** A camera may call all its images the same. */
  private String free(String path) {
    String name = path;
    for (int n = 2; files.taken(name); n++) {
      name = "%s-%d".formatted(path, n);
    }
    return name;
  }

  private static String verdict(Outcome outcome) {
    return outcome instanceof Outcome.Scored s
        ? s.detection().anomalous() ? "anomalous" : "normal"
        : "failed";
  }

  private Path target(Outcome outcome, Arrivals.Arrived a) {
    Path to = settings.out().resolve(verdict(outcome)).resolve(a.path());
    String name = to.getFileName().toString();
    int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
    Path free = to;
    for (int n = 2; Files.exists(free); n++) {
      free = to.resolveSibling("%s-%d%s".formatted(name.substring(0, dot), n, name.substring(dot)));
    }
    return free;
  }

  /** Moves or tags an image as its line says; where it lies then. */
  private Path sorted(ObjectNode line, Path file) {
    try {
      if (line.has("moved_to")) {
        Path to = settings.out().resolve(line.path("moved_to").asText()).normalize();
        if (!to.startsWith(settings.out())) {
          throw new IOException("moved_to leads out of " + settings.out());
        }
        Files.createDirectories(to.getParent());
        move(file, to);
        return to;
      }
      if (settings.sort() == WatchSettings.Sort.tag) {
        AtomicFiles.writeText(tag(file), line + "\n");
      }
    } catch (IOException | HeadClipException e) {
      remarks.accept(
          "%s: scored, but cannot be %s (%s)"
              .formatted(file, line.has("moved_to") ? "moved" : "tagged", e.getMessage()));
    }
    return file;
  }

  private static Path tag(Path file) {
    return file.resolveSibling(file.getFileName() + TAG);
  }

  /** Never half a file under the final name, whatever lies between the two places. */
  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (java.nio.file.AtomicMoveNotSupportedException e) {
      Path beside = to.resolveSibling("." + to.getFileName() + ".part");
      Files.copy(
          from, beside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(from);
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
