package dev.headclip.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Answers like Hugging Face's hub on loopback: lists of files, large ones behind a redirection to a
 * second host; and like any server of files. Can be told to misbehave.
 */
public final class FakeHub implements AutoCloseable {
  /** Larger ones are kept behind a redirection, as the hub does. */
  private static final int LARGE = 1000;

  private final HttpServer hub = server();
  private final HttpServer store = server();
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
  private final Map<String, String> redirections = new ConcurrentHashMap<>();
  private volatile String commit = "c0ffee".repeat(6) + "c0ff";
  private volatile int cutAfter = Integer.MAX_VALUE;
  private volatile int cuts;
  private volatile int busy;
  private volatile boolean ranges = true;
  private volatile boolean lists = true;
  private volatile boolean commits = true;
  private volatile Optional<String> moved = Optional.empty();

  public FakeHub() {
    hub.createContext("/", x -> answer(x, this::ofHub));
    store.createContext("/", x -> answer(x, this::ofStore));
    for (HttpServer s : List.of(hub, store)) {
      s.setExecutor(
          Executors.newCachedThreadPool(
              r -> {
                Thread t = new Thread(r);
                t.setDaemon(true);
                return t;
              }));
      s.start();
    }
  }

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A repository's file. */
  public FakeHub put(String repository, String file, byte[] content) {
    repositories.computeIfAbsent(repository, r -> new TreeMap<>()).put(file, content);
    return this;
  }

  /** A file at an address of its own. */
  public URI put(String path, byte[] content) {
    contents.put(path, content);
    return URI.create(address(store) + path);
  }

  /** An address of the hub's host that points to one of the other's; its answer has a body. */
  URI redirected(String path, String to) {
    redirections.put(path, address(store) + to);
    return URI.create(address(hub) + path);
  }

  /** The revision's commit. */
  public void commit(String hex) {
    commit = hex;
  }

  /** Ends the next connections after so many bytes of a body. */
  void cut(int bytes, int times) {
    cutAfter = bytes;
    cuts = times;
  }

  /** Says 503 to the next requests. */
  void busy(int times) {
    busy = times;
  }

  /** Answers every wish for a part with the whole. */
  void noRanges() {
    ranges = false;
  }

  /** Has files and no lists, as a plain mirror. */
  void withoutLists(boolean sayingTheCommit) {
    lists = false;
    commits = sayingTheCommit;
  }

  /** Sends all requests of files there. */
  void moved(String address) {
    moved = Optional.of(address);
  }

  /** As METHOD path [Range] [token]. */
  public List<String> requests() {
    return requests;
  }

  public String endpoint() {
    return address(hub);
  }

  String storeAddress() {
    return address(store);
  }

  private static String address(HttpServer s) {
    return "http://127.0.0.1:" + s.getAddress().getPort();
  }

  /** For a cache in a folder, impatient. */
  public HubSettings settings(Path home, String... environment) {
    Map<String, String> e = new TreeMap<>();
    e.put("HEADCLIP_CACHE", home.resolve("headclip").toString());
    e.put("XDG_CACHE_HOME", home.toString());
    e.put("HF_ENDPOINT", endpoint());
    for (int i = 0; i < environment.length; i += 2) {
      e.put(environment[i], environment[i + 1]);
    }
    HubSettings s = HubSettings.of(e);
    return new HubSettings(
        s.cache(),
        s.hubCache(),
        s.endpoint(),
        s.token(),
        s.mirror(),
        s.offline(),
        3,
        Duration.ofMillis(5),
        Duration.ofSeconds(2),
        s.environment());
  }

  private interface Answer {
    void to(HttpExchange x, String path) throws IOException;
  }

  private void answer(HttpExchange x, Answer how) throws IOException {
    try (x) {
      String path = x.getRequestURI().getPath();
      List<String> said = new ArrayList<>(List.of(x.getRequestMethod(), path));
      for (String h : List.of("Range", "Authorization", "Proxy-Authorization")) {
        Optional.ofNullable(x.getRequestHeaders().getFirst(h)).ifPresent(said::add);
      }
      requests.add(String.join(" ", said));
      if (busy > 0) {
        busy--;
        x.getResponseHeaders().add("Retry-After", "0");
        x.sendResponseHeaders(503, -1);
        return;
      }
      how.to(x, path);
    }
  }

  private void ofHub(HttpExchange x, String path) throws IOException {
    if (redirections.containsKey(path)) {
      byte[] body = "<a href=\"there\">Found</a>".getBytes(StandardCharsets.UTF_8);
      x.getResponseHeaders().add("Location", redirections.get(path));
      boolean head = x.getRequestMethod().equals("HEAD");
      x.sendResponseHeaders(302, head ? -1 : body.length);
      if (!head) {
        x.getResponseBody().write(body);
      }
      return;
    }
    for (Map.Entry<String, Map<String, byte[]>> r : repositories.entrySet()) {
      String space = r.getKey().startsWith("spaces/") ? "" : "models/";
      if (lists && path.startsWith("/api/" + space + r.getKey() + "/revision/")) {
        String files =
            r.getValue().keySet().stream()
                .map(f -> "{\"rfilename\":\"" + f + "\"}")
                .collect(Collectors.joining(","));
        text(x, "{\"sha\":\"" + commit + "\",\"siblings\":[" + files + "]}");
        return;
      }
      String named = path.replace("/resolve/main/", "/resolve/" + commit + "/");
      String start = "/" + r.getKey() + "/resolve/" + commit + "/";
      path = lists ? path : named;
      if (path.startsWith(start) && r.getValue().containsKey(path.substring(start.length()))) {
        file(x, r.getValue().get(path.substring(start.length())));
        return;
      }
    }
    x.sendResponseHeaders(404, -1);
  }

  private void file(HttpExchange x, byte[] content) throws IOException {
    if (commits) {
      x.getResponseHeaders().add("X-Repo-Commit", commit);
    }
    if (content.length < LARGE && moved.isEmpty()) {
      String before = "blob " + content.length + "\0";
      x.getResponseHeaders().add("ETag", quoted(digest("SHA-1", before, content)));
      send(x, content);
      return;
    }
    String sha = digest("SHA-256", "", content);
    x.getResponseHeaders().add("X-Linked-ETag", quoted(sha));
    x.getResponseHeaders().add("X-Linked-Size", String.valueOf(content.length));
    contents.put("/" + sha, content);
    x.getResponseHeaders().add("Location", moved.orElse(address(store) + "/" + sha));
    x.sendResponseHeaders(302, -1);
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  private void ofStore(HttpExchange x, String path) throws IOException {
    byte[] content = contents.get(path);
    if (content == null) {
      x.sendResponseHeaders(404, -1);
      return;
    }
    x.getResponseHeaders().add("ETag", quoted(digest("SHA-1", "", content)));
    send(x, content);
  }

  private void send(HttpExchange x, byte[] content) throws IOException {
    String range = x.getRequestHeaders().getFirst("Range");
    String only = x.getRequestHeaders().getFirst("If-Range");
    boolean same = only == null || only.equals(x.getResponseHeaders().getFirst("ETag"));
    int start = 0;
    int status = 200;
    if (ranges && range != null && same) {
      start = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      if (start >= content.length) {
        x.sendResponseHeaders(416, -1);
        return;
      }
      status = 206;
      x.getResponseHeaders()
          .add(
              "Content-Range",
              "bytes %d-%d/%d".formatted(start, content.length - 1, content.length));
    }
    int length = content.length - start;
    if (x.getRequestMethod().equals("HEAD")) {
      x.getResponseHeaders().add("Content-Length", String.valueOf(length));
      x.sendResponseHeaders(status, -1);
      return;
    }
    x.sendResponseHeaders(status, length == 0 ? -1 : length);
    boolean cut = cuts > 0 && length > Math.max(LARGE, cutAfter);
    cuts -= cut ? 1 : 0;
    OutputStream out = x.getResponseBody();
    out.write(content, start, cut ? cutAfter : length);
    out.flush();
  }

  private static void text(HttpExchange x, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    x.sendResponseHeaders(200, bytes.length);
    x.getResponseBody().write(bytes);
  }

  public static String digest(String algorithm, String before, byte[] content) {
    try {
      MessageDigest d = MessageDigest.getInstance(algorithm);
      d.update(before.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(d.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
  }
}
