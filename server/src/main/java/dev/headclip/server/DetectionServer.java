package dev.headclip.server;

import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.ImageLoader;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.server.internal.api.Api;
import dev.headclip.server.internal.api.Meters;
import dev.headclip.server.internal.api.Route;
import dev.headclip.server.internal.api.Services;
import dev.headclip.server.internal.api.WatchApi;
import dev.headclip.server.internal.http.Connection;
import dev.headclip.server.internal.http.Guard;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.internal.http.Uploads;
import dev.headclip.server.internal.jobs.Jobs;
import dev.headclip.server.internal.models.Models;
import dev.headclip.server.internal.models.ServedModel;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.OnnxWriter;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.server.settings.Tls;
import dev.headclip.watch.HotFolder;
import dev.headclip.watch.ResultFiles;
import dev.headclip.watch.WatchSettings;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Models over HTTP, with a page. Holds native memory and a folder of uploads until closed.
 *
 * <pre>{@code
 * ModelSource starter =
 *     new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty());
 * try (DetectionServer server =
 *     DetectionServer.builder(ServerSettings.defaults(), List.of(starter)).start()) {
 *   System.out.println(server.address());
 *   server.await(stop);
 * }
 * }</pre>
 */
public final class DetectionServer implements AutoCloseable {
  private static final int THREADS = 200;
  private static final int IDLE_SECONDS = 60;
  private static final int SWEEP_SECONDS = 60;
  private static final int LONGEST_HEADERS = 16 << 10;

  /** Bytes a second. */
  private static final int SLOWEST = 32;

  private final ServerSettings settings;
  private final Optional<KeyStore> certificate;
  private final Consumer<String> remarks;
  private final Services services;
  private final WatchApi watching;
  private final Javalin javalin;
  private final List<Route> routes;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicBoolean stopWatching = new AtomicBoolean();
  private final Optional<Thread> watcher;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("headclip-sweeper"));

  /** Choices for a server. */
  public static final class Builder {
    private final ServerSettings settings;
    private final List<ModelSource> models;
    private Optional<OnnxWriter> onnx = Optional.empty();
    private Optional<WatchSettings> watch = Optional.empty();
    private ResultFiles files = ResultFiles.none();
    private Consumer<String> remarks = r -> {};

    private Builder(ServerSettings settings, List<ModelSource> models) {
      this.settings = settings;
      this.models = List.copyOf(models);
    }

    /** Models can be downloaded as ONNX files, too. */
    public Builder onnx(OnnxWriter writer) {
      onnx = Optional.of(writer);
      return this;
    }

    /** A folder is watched with the first model, and shown. */
    public Builder watch(WatchSettings folder, ResultFiles written) {
      watch = Optional.of(folder);
      files = written;
      return this;
    }

    /** Is told of what whoever runs the server should know, one line each. */
    public Builder remarks(Consumer<String> to) {
      remarks = to;
      return this;
    }

    /**
     * Opens the models and listens.
     *
     * @throws HeadClipException where the port is taken, or a model cannot be opened
     */
    public DetectionServer start() {
      return new DetectionServer(this);
    }
  }

  /**
   * A server's choices.
   *
   * @param models at least one; the first is taken where a request names none
   */
  public static Builder builder(ServerSettings settings, List<ModelSource> models) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("no model to serve");
    }
    return new Builder(settings, models);
  }

  private DetectionServer(Builder b) {
    this.settings = b.settings;
    this.remarks = b.remarks;
    // before anything is opened
    this.certificate = settings.tls().map(Tls::keyStore);
    Limits limits = settings.limits();
    Models models = new Models(b.models, settings.models(), limits);
    models.remarks().forEach(b.remarks);
    int threads = StreamSettings.defaults().threads();
    DetectionQueue queue = new DetectionQueue(limits.queue(), threads);
    ImageStore store = new ImageStore(limits);
    Meters meters = new Meters(queue, store);
    this.services =
        new Services(
            limits,
            new Guard(settings),
            models,
            queue,
            store,
            new Uploads(limits, store),
            new Jobs(store, queue, limits, meters::image),
            meters,
            ImageLoader.defaults().withMaxPixels(limits.maxPixels()),
            new Semaphore(threads),
            new AtomicBoolean());
    this.watching = new WatchApi(services, b.watch);
    try {
      this.routes =
          Api.routes(services, watching, b.onnx, b.watch.isPresent(), settings.token().isPresent());
      Optional<HotFolder> folder =
          b.watch.map(w -> new HotFolder(w, watching::judge, queue, b.files, watching, b.remarks));
      this.javalin = Javalin.create(this::configure);
      listen();
      this.watcher = folder.map(f -> watched(f, b.remarks));
      sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    } catch (RuntimeException | Error e) {
      closeServices();
      throw e;
    }
  }

  private void sweep() {
    try {
      services.jobs().forget();
      services.store().sweep();
    } catch (RuntimeException e) {
      // an exception would be the last sweep
      remarks.accept("forgetting what nobody asks for: " + e.getMessage());
    }
  }

  private Thread watched(HotFolder folder, Consumer<String> remarks) {
    Thread t =
        new Thread(
            () -> {
              try (folder) {
                folder.run(stopWatching);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException | Error e) {
                String why = "the folder is watched no more: " + e.getMessage();
                watching.stopped(why);
                remarks.accept(why);
              }
            },
            "headclip-watch");
    t.start();
    return t;
  }

  private void listen() {
    try {
      javalin.start();
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null && !(cause instanceof IOException)) {
        cause = cause.getCause();
      }
      javalin.stop();
      throw new HeadClipException(
          "%s:%d: cannot listen there (%s); choose another --port, 0 for any"
              .formatted(settings.host(), settings.port(), cause.getMessage()),
          e);
    }
  }

  private void configure(JavalinConfig c) {
    c.startup.showJavalinBanner = false;
    c.startup.showOldJavalinVersionWarning = false;
    c.startup.startupWatcherEnabled = false;
    c.http.prefer405over404 = true;
    c.http.generateEtags = false;
    c.http.maxRequestSize = Long.MAX_VALUE;
    QueuedThreadPool pool = new QueuedThreadPool(THREADS);
    pool.setName("headclip-http");
    c.jetty.threadPool = pool;
    c.jetty.modifyHttpConfiguration(
        h -> {
          h.setSendServerVersion(false);
          h.setSendDateHeader(false);
          h.setRequestHeaderSize(LONGEST_HEADERS);
          // who sends a byte a minute holds no thread for ever
          h.setMinRequestDataRate(SLOWEST);
        });
    c.jetty.modifyServletContextHandler(
        h -> h.setMaxFormKeys(settings.limits().requestImages() + 1));
    c.jetty.addConnector((server, http) -> connector(server, http));
    c.routes.before(this::begin);
    c.routes.after(this::end);
    routes.forEach(
        r -> c.routes.addHttpHandler(HandlerType.findOrCreate(r.method()), r.path(), counted(r)));
    c.routes.exception(Exception.class, this::failed);
    c.router.javaLangErrorHandler(this::failed);
    c.routes.error(404, this::unknown);
    c.routes.error(405, this::unknown);
  }

  private io.javalin.http.Handler counted(Route r) {
    return ctx -> {
      ctx.attribute("route", r.path());
      r.handler().handle(ctx);
    };
  }

  private ServerConnector connector(
      org.eclipse.jetty.server.Server server, org.eclipse.jetty.server.HttpConfiguration http) {
    ServerConnector found =
        certificate
            .map(
                t -> {
                  SslContextFactory.Server ssl = new SslContextFactory.Server();
                  ssl.setKeyStore(t);
                  ssl.setKeyStorePassword(Tls.PASSWORD);
                  ssl.setSniRequired(false);
                  http.addCustomizer(new SecureRequestCustomizer(false));
                  return new ServerConnector(
                      server,
                      new SslConnectionFactory(ssl, "http/1.1"),
                      new HttpConnectionFactory(http));
                })
            .orElseGet(() -> new ServerConnector(server, new HttpConnectionFactory(http)));
    found.setHost(settings.host());
    found.setPort(settings.port());
    long deadline = settings.limits().deadline().toMillis();
    found.setIdleTimeout(Math.max(TimeUnit.SECONDS.toMillis(IDLE_SECONDS), 2 * deadline));
    return found;
  }

  private void begin(Context c) {
    running.incrementAndGet();
    // when its last byte is written, not when its handler is done
    Request.addCompletionListener(
        ServletContextRequest.getServletContextRequest(c.req()),
        error -> running.decrementAndGet());
    c.attribute("start", System.nanoTime());
    Guard.headers(c);
    services.guard().check(c);
  }

  private void end(Context c) {
    Long start = c.attribute("start");
    String route = c.attribute("route");
    if (start != null) {
      services
          .meters()
          .request(
              c.method().name(),
              route == null ? "none" : route,
              c.statusCode(),
              System.nanoTime() - start);
    }
  }

  private void failed(Exception e, Context c) {
    if (Api.left(e)) {
      c.status(499);
      return;
    }
    answer(c, problem(e));
  }

  /** One request's error, of memory perhaps, is not the server's end. */
  private void failed(HttpServletResponse response, Error e) {
    Problem p = internal(e);
    response.setStatus(p.kind().status());
    response.setContentType(Problem.MEDIA);
    try {
      response.getOutputStream().write(p.json().toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException left) {
      // nobody is told
    }
  }

  private Problem internal(Throwable e) {
    String said = "internal error: %s; please report it".formatted(e);
    remarks.accept(said);
    return new Problem(Problem.Kind.INTERNAL_ERROR, said, e);
  }

  private Problem problem(Exception e) {
    if (e instanceof Problem p) {
      return p;
    }
    if (e instanceof HeadClipException || e instanceof IllegalArgumentException) {
      return new Problem(
          Problem.Kind.UNUSABLE, String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
    if (e instanceof BadMessageException) {
      return new Problem(
          Problem.Kind.INVALID_REQUEST, "the body is cut off, came too slowly, or is none", e);
    }
    return internal(e);
  }

  /** What nobody answers. */
  private void unknown(Context c) {
    if (!String.valueOf(c.res().getContentType()).startsWith(Problem.MEDIA)) {
      answer(
          c,
          c.statusCode() == 404
              ? Problem.notFound("nothing is answered at this address; see /docs")
              : new Problem(
                  Problem.Kind.METHOD_NOT_ALLOWED,
                  "%s is not answered here; see /docs".formatted(c.method())));
    }
  }

  /**
   * Said at once; then what is still being sent is let come to its end, or it would never be seen.
   */
  private static void answer(Context c, Problem p) {
    if (c.res().isCommitted()) {
      return;
    }
    c.status(p.kind().status()).contentType(Problem.MEDIA);
    p.retryAfter().ifPresent(s -> c.header("Retry-After", String.valueOf(s)));
    if (p.kind() == Problem.Kind.UNAUTHORIZED) {
      c.header("WWW-Authenticate", "Bearer");
    }
    byte[] body = p.json().toString().getBytes(StandardCharsets.UTF_8);
    boolean unread = c.req().getContentLengthLong() != 0 && !c.method().name().equals("GET");
    if (!unread) {
      c.result(body);
      return;
    }
    try {
      c.header("Content-Length", String.valueOf(body.length));
      c.header("Connection", "close");
      c.res().getOutputStream().write(body);
      c.res().flushBuffer();
    } catch (IOException e) {
      return;
    }
    Connection.drain(c);
  }

  /** Methods and paths that are answered, as {@code openapi.json} has them. */
  public Map<String, List<String>> routes() {
    Map<String, TreeSet<String>> all = new TreeMap<>();
    routes.forEach(
        r -> all.computeIfAbsent(r.path(), k -> new TreeSet<>()).add(r.method().toLowerCase()));
    Map<String, List<String>> lists = new TreeMap<>();
    all.forEach((path, methods) -> lists.put(path, List.copyOf(methods)));
    return lists;
  }

  /** Where the page is. */
  public String address() {
    String host = settings.host().equals("0.0.0.0") ? "localhost" : settings.host();
    return "%s://%s:%d/"
        .formatted(
            settings.tls().isPresent() ? "https" : "http",
            host.contains(":") ? "[" + host + "]" : host,
            port());
  }

  /** The names of the models that are served, for people. */
  public String models() {
    return services.models().all().stream()
        .map(ServedModel::name)
        .collect(Collectors.joining(", "));
  }

  /** The port that is listened at. */
  public int port() {
    return javalin.port();
  }

  /** Waits until somebody wants to stop. */
  public void await(AtomicBoolean stop) throws InterruptedException {
    while (!stop.get()) {
      Thread.sleep(100);
    }
  }

  /**
   * Takes nothing new, finishes what was accepted within the grace that the limits give, and stops.
   */
  @Override
  public void close() {
    services.stopping().set(true);
    stopWatching.set(true);
    watching.close();
    services.jobs().close();
    long end = System.nanoTime() + settings.limits().grace().toNanos();
    try {
      while (running.get() > 0 && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      if (watcher.isPresent()) {
        watcher.get().join(settings.limits().grace().toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    javalin.stop();
    closeServices();
  }

  private void closeServices() {
    sweeper.shutdownNow();
    services.jobs().close();
    services.queue().close();
    services.models().close();
    services.store().close();
    services.meters().close();
  }
}
