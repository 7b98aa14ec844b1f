package dev.headclip.server.internal.jobs;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Batch;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.RegionSource;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.results.Report;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.models.ServedModel;
import dev.headclip.server.settings.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Batches one after the other, and those that are done. */
public final class Jobs implements AutoCloseable {
  private static final int MOST_WAITING = 32;

  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final ImageStore store;
  private final DetectionQueue queue;
  private final Limits limits;
  private final Consumer<Outcome> counted;
  private final ExecutorService runner =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.MINUTES,
          new LinkedBlockingQueue<>(MOST_WAITING),
          DaemonThreads.named("headclip-batches"));

  /**
   * @param counted told of each image
   */
  public Jobs(ImageStore store, DetectionQueue queue, Limits limits, Consumer<Outcome> counted) {
    this.store = store;
    this.queue = queue;
    this.limits = limits;
    this.counted = counted;
  }

  /**
   * What is to be done.
   *
   * @param model that scores, or whose tokens are compared
   * @param batched whether the images are scored among themselves
   * @param preset a published way to compare them
   * @param regions which pixels count
   */
  public record Order(
      ServedModel model, boolean batched, Optional<String> preset, RegionSource regions) {}

  /**
   * Begins a batch.
   *
   * @throws Problem where too many wait
   */
  public Job begin(Order order, List<ImageStore.Stored> images) {
    forget();
    String id = store.newId();
    Path folder = store.folder().resolve("batch-" + id);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new HeadClipException(
          "a batch cannot be kept (%s)".formatted(AtomicFiles.reason(e)), e);
    }
    Job job = new Job(id, order.model().name(), order.batched(), images, folder);
    store.hold(images);
    synchronized (jobs) {
      jobs.put(id, job);
    }
    try {
      runner.execute(() -> run(job, order));
    } catch (RejectedExecutionException e) {
      job.end(Job.State.CANCELLED, "");
      job.over();
      delete(id);
      throw Problem.later(
          Problem.Kind.QUEUE_FULL, "%d batches wait already".formatted(MOST_WAITING), 30);
    }
    return job;
  }

  private void run(Job job, Order order) {
    try {
      done(job, order);
    } finally {
      if (job.over()) {
        clear(job);
      }
    }
  }

  private void done(Job job, Order order) {
    if (job.stop().get()) {
      job.end(Job.State.CANCELLED, "");
      return;
    }
    try {
      if (order.batched()) {
        batch(job, order);
      } else {
        each(job, order);
      }
      job.end(job.stop().get() ? Job.State.CANCELLED : Job.State.DONE, "");
    } catch (Problem | HeadClipException | IllegalArgumentException e) {
      job.end(
          job.stop().get() ? Job.State.CANCELLED : Job.State.FAILED,
          String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      job.end(Job.State.CANCELLED, "");
    } catch (RuntimeException | Error e) {
      job.end(Job.State.FAILED, "internal error: %s".formatted(e));
    }
  }

  private void each(Job job, Order order) throws InterruptedException {
    ServedModel model = order.model();
    Detector detector =
        order.regions() == RegionSource.all()
            ? model.detector()
            : model.detector().within(order.regions());
    job.begin(model.cut(), model.compared());
    int share = queue.share();
    Queue<CompletableFuture<Outcome>> pending = new ArrayDeque<>();
    try (DetectionQueue.Places places = queue.places(share)) {
      int done = 0;
      for (ImageStore.Stored image : job.images()) {
        if (job.stop().get()) {
          return;
        }
        if (pending.size() == share) {
          keep(job, done++, pending.remove().join(), model::judged);
        }
        pending.add(places.submit(detector, image.source(Optional.empty())));
      }
      while (!pending.isEmpty() && !job.stop().get()) {
        keep(job, done++, pending.remove().join(), model::judged);
      }
    }
  }

  private void batch(Job job, Order order) {
    Comparer comparer = order.model().comparer(order.preset()).within(order.regions());
    int count = job.images().size();
    job.begin(
        order.model().clip().comparedThreshold().value(),
        Optional.of(new Report.Compared(comparer.settings().scorer().key(), count, true)));
    List<ImageSource> sources = job.images().stream().map(i -> i.source(Optional.empty())).toList();
    Batch.Result result = comparer.score(sources, job::at, job.stop());
    result.remarks().forEach(job::remark);
    Map<ImageSource, Integer> places = new IdentityHashMap<>();
    for (int i = 0; i < count; i++) {
      places.put(sources.get(i), i);
    }
    int[] done = {0};
    result.each(
        o -> o,
        o -> {
          keep(job, places.get(o.source()), o, d -> d);
          done[0]++;
          job.at("judging", done[0], count);
          return !job.stop().get();
        });
  }

  private void keep(
      Job job, int index, Outcome outcome, java.util.function.UnaryOperator<Detection> judged) {
    counted.accept(outcome);
    ImageStore.Stored image = job.images().get(index);
    if (outcome instanceof Outcome.Scored s) {
      Detection d = judged.apply(s.detection());
      store.take(KeptResult.bytes(d));
      job.found(
          index, KeptResult.of(image, d, job.folder().resolve(index + ".map")), Optional.of(d));
    } else {
      String error = ((Outcome.Failed) outcome).error();
      job.found(index, new KeptResult.Failed(image, error), Optional.empty());
    }
    if (!job.batched()) {
      job.at("looking", index + 1, job.images().size());
    }
  }

  /**
   * A batch.
   *
   * @throws Problem where there is none
   */
  public Job get(String id) {
    Job j;
    synchronized (jobs) {
      j = jobs.get(id);
    }
    if (j == null) {
      throw Problem.notFound(
          "no batch '%s'; they are forgotten after %d minutes without use"
              .formatted(id, limits.idle().toMinutes()));
    }
    j.touch();
    return j;
  }

  /** All that are kept, the newest last. */
  public List<Job> all() {
    synchronized (jobs) {
      return List.copyOf(jobs.values());
    }
  }

  /** Stops a batch and forgets what was found. */
  public void delete(String id) {
    Job j;
    synchronized (jobs) {
      j = jobs.remove(id);
    }
    if (j == null) {
      return;
    }
    j.stop().set(true);
    if (j.forget()) {
      clear(j);
    }
  }

  /** Once nothing is written any more. */
  private void clear(Job j) {
    store.release(j.images());
    j.there().stream().mapToLong(i -> size(j, i)).forEach(store::give);
    AtomicFiles.deleteTree(j.folder());
  }

  private static long size(Job j, int index) {
    try {
      Path p = j.folder().resolve(index + ".map");
      return Files.exists(p) ? Files.size(p) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Forgets batches that nobody asked for since. */
  public void forget() {
    Duration idle = limits.idle();
    Instant before = Instant.now().minus(idle);
    all().stream()
        .filter(j -> j.state().ended() && j.asked().isBefore(before))
        .map(Job::id)
        .toList()
        .forEach(this::delete);
    store.forget(idle);
  }

  /** Batches that wait or run are stopped. */
  @Override
  public void close() {
    all().forEach(j -> j.stop().set(true));
    runner.shutdown();
    try {
      runner.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
