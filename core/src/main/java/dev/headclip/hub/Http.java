package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests: redirections followed one by one, the token sent to the hub alone, tries repeated with
 * growing pauses.
 */
final class Http {
  private static final int MOST_REDIRECTIONS = 8;
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final long LONGEST_PAUSE = 60_000;

  /** However little each of them brings. */
  private static final int MOST_TRIES = 1000;

  static {
    // Java leaves out names and words of proxies for https otherwise
    if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
  }

  private final HubSettings settings;
  private final Proxies proxies;
  private final Consumer<String> notes;
  private final HttpClient client;

  /**
   * @param notes hears of tries that failed
   */
  Http(HubSettings settings, Consumer<String> notes) {
    this.settings = settings;
    this.notes = notes;
    this.proxies = new Proxies(settings.environment());
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .proxy(proxies)
            .build();
  }

  /** Work on a reply; what it throws as IOException is tried again. */
  interface Use<T> {
    T of(Reply reply) throws IOException;
  }

  /** What may be lost of a connection, and whether the last try brought something. */
  interface Progressing {
    long done();
  }

  /**
   * Asks until it is answered.
   *
   * @param headers made anew for every try
   * @param moved bytes so far: a try that brought some is not counted
   * @throws HeadClipException where all tries failed
   */
  <T> T ask(
      String method,
      URI address,
      Supplier<Map<String, String>> headers,
      Progressing moved,
      Use<T> use) {
    if (settings.offline()) {
      throw new HeadClipException(
          "%s: not here, and nothing is fetched offline".formatted(address));
    }
    int failed = 0;
    long best = moved.done();
    for (int all = 1; ; all++) {
      String reason;
      Optional<Duration> wanted = Optional.empty();
      try (Reply r = followed(method, address, headers.get())) {
        if (!PASSING.contains(r.status())) {
          return use.of(r);
        }
        reason = "HTTP " + r.status();
        wanted =
            r.headers()
                .firstValue("retry-after")
                .filter(t -> t.matches("\\d{1,6}"))
                .map(t -> Duration.ofSeconds(Long.parseLong(t)));
      } catch (SSLHandshakeException e) {
        throw new HeadClipException(
            "%s: no safe connection (%s)".formatted(address, e.getMessage()), e);
      } catch (IOException | UnresolvedAddressException e) {
        reason = reason(e);
      }
      // what was brought and lost again is no progress
      failed = moved.done() > best ? 1 : failed + 1;
      best = Math.max(best, moved.done());
      if (failed >= settings.tries() || all >= MOST_TRIES) {
        throw new HeadClipException(
            "%s: cannot be fetched (%s; tried %d times); the same command goes on where it stopped"
                .formatted(address, reason, all));
      }
      pause(address, reason, failed, wanted);
    }
  }

  private void pause(URI address, String reason, int failed, Optional<Duration> wanted) {
    long growing = settings.pause().toMillis() << Math.min(failed - 1, 10);
    long millis = Math.min(wanted.map(Duration::toMillis).orElse(growing), LONGEST_PAUSE);
    notes.accept(
        "%s: %s; again in %d s".formatted(address.getHost(), reason, (millis + 999) / 1000));
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("stopped", e);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof HttpConnectTimeoutException) {
      return "no connection in time";
    }
    Throwable t = e;
    for (; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "no such host";
      }
    }
    if (e instanceof ConnectException) {
      return "no connection";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** One request with its redirections. */
  private Reply followed(String method, URI address, Map<String, String> headers)
      throws IOException {
    URI to = mirrored(address);
    Optional<HttpHeaders> first = Optional.empty();
    for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
      HttpResponse<InputStream> r = sent(method, to, headers);
      Optional<String> location = r.headers().firstValue("location");
      boolean moved = r.statusCode() / 100 == 3 && r.statusCode() != 304 && location.isPresent();
      if (!moved) {
        return new Reply(r.statusCode(), to, r.headers(), first.orElseGet(r::headers), r.body());
      }
      r.body().close();
      URI next = resolved(to, location.get());
      if (!sameHost(to, next) && first.isEmpty()) {
        first = Optional.of(r.headers());
        if (method.equals("HEAD") && r.headers().firstValue("x-linked-size").isPresent()) {
          // the hub has said all of the file; the address behind it may be for one reading
          return new Reply(200, to, r.headers(), r.headers(), InputStream.nullInputStream());
        }
      }
      to = next;
    }
    throw new HeadClipException(
        "%s: more than %d redirections".formatted(address, MOST_REDIRECTIONS));
  }

  private static URI resolved(URI from, String location) {
    try {
      URI next = from.resolve(URI.create(location));
      boolean http = "https".equals(next.getScheme()) || "http".equals(next.getScheme());
      boolean worse = "https".equals(from.getScheme()) && "http".equals(next.getScheme());
      if (http && next.getHost() != null && !worse) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new HeadClipException(
        "%s: redirected to %s, expected an https address".formatted(from, location));
  }

  private HttpResponse<InputStream> sent(String method, URI to, Map<String, String> headers)
      throws IOException {
    HttpRequest.Builder b =
        HttpRequest.newBuilder(to)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(settings.patience())
            .header("User-Agent", "headclip/" + Version.text())
            .header("Accept-Encoding", "identity");
    headers.forEach(b::header);
    proxies.authorization(to).ifPresent(a -> b.header("Proxy-Authorization", a));
    if (settings.token().isPresent() && isHub(to)) {
      b.header("Authorization", "Bearer " + settings.token().get());
    }
    try {
      return client.send(b.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("stopped", e);
    }
  }

  /** The endpoint itself, over a line that nobody listens to. */
  private boolean isHub(URI to) {
    URI hub = settings.endpoint();
    String path = hub.getRawPath() == null ? "" : hub.getRawPath();
    return sameHost(to, hub)
        && to.getRawPath().startsWith(path + "/")
        && ("https".equals(to.getScheme()) || loopback(to));
  }

  private static boolean loopback(URI to) {
    return Set.of("localhost", "127.0.0.1", "[::1]").contains(to.getHost());
  }

  private static boolean sameHost(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI u) {
    return u.getPort() >= 0 ? u.getPort() : "https".equals(u.getScheme()) ? 443 : 80;
  }

  /** Where it is really asked for. */
  private URI mirrored(URI address) {
    if (settings.mirror().isEmpty()
        || sameHost(address, settings.mirror().get())
        || sameHost(address, settings.endpoint())) {
      return address;
    }
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    return URI.create(
        settings.mirror().get()
            + "/"
            + address.getHost()
            + (address.getPort() < 0 ? "" : ":" + address.getPort())
            + address.getRawPath()
            + query);
  }
}
