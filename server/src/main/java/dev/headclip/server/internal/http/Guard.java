package dev.headclip.server.internal.http;

import dev.headclip.server.settings.ServerSettings;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may ask. The Host must be an address or a name of this server (against DNS rebinding), what
 * changes anything must not come from another site's page, and where a token is set it must be
 * shown: as a bearer token, or by the session that one was given for.
 */
public final class Guard {
  /** The page's session. */
  public static final String COOKIE = "headclip_session";

  private static final Duration SESSION = Duration.ofHours(12);
  private static final int MOST_SESSIONS = 1000;
  private static final Set<String> OPEN =
      Set.of("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/v1/session", "/favicon.ico");
  private static final String ADDRESS = "\\[[0-9a-f:.%]+]|[0-9]{1,3}(\\.[0-9]{1,3}){3}";
  private static final String PAGE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
          + "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'";

  private final Set<String> names = new HashSet<>();
  private final Optional<String> token;
  private final boolean https;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Instant> sessions = new LinkedHashMap<>();

  public Guard(ServerSettings settings) {
    this.token = settings.token();
    this.https = settings.tls().isPresent();
    names.add("localhost");
    names.add(settings.host().toLowerCase(Locale.ROOT));
    settings.names().forEach(n -> names.add(n.toLowerCase(Locale.ROOT)));
    if (settings.token().isPresent() || settings.insecure()) {
      try {
        String own = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        names.add(own);
        names.add(own.replaceFirst("\\..*", ""));
      } catch (UnknownHostException e) {
        // a machine without a name: reached by its address
      }
    }
  }

  /** What every answer says to browsers. */
  public static void headers(Context c) {
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    c.header("Content-Security-Policy", PAGE_POLICY);
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
    c.header("X-Frame-Options", "DENY");
    c.header("Cache-Control", "no-store");
  }

  /**
   * Lets a request pass.
   *
   * @throws Problem where it may not
   */
  public void check(Context c) {
    host(c);
    origin(c);
    boolean open = OPEN.contains(c.path()) || c.path().startsWith("/assets/");
    if (token.isPresent() && !open && !known(c)) {
      throw new Problem(
          Problem.Kind.UNAUTHORIZED,
          "no token, or another one; expected Authorization: Bearer TOKEN");
    }
  }

  /** Whether the asker has shown the token, or none is asked for. */
  public boolean known(Context c) {
    if (token.isEmpty()) {
      return true;
    }
    String header = c.header("Authorization");
    if (header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return is(header.substring(7).strip());
    }
    String session = c.cookie(COOKIE);
    return session != null && session(session);
  }

  private boolean is(String shown) {
    return MessageDigest.isEqual(
        shown.getBytes(StandardCharsets.UTF_8), token.get().getBytes(StandardCharsets.UTF_8));
  }

  private boolean session(String id) {
    synchronized (sessions) {
      sessions.values().removeIf(end -> end.isBefore(Instant.now()));
      return sessions.containsKey(id);
    }
  }

  /** Opens a session for whoever shows the token. */
  public void signIn(Context c, String shown) {
    if (token.isEmpty()) {
      return;
    }
    if (!is(shown)) {
      throw new Problem(Problem.Kind.UNAUTHORIZED, "another token is asked for");
    }
    byte[] id = new byte[24];
    random.nextBytes(id);
    String text = HexFormat.of().formatHex(id);
    synchronized (sessions) {
      while (sessions.size() >= MOST_SESSIONS) {
        sessions.remove(sessions.keySet().iterator().next());
      }
      sessions.put(text, Instant.now().plus(SESSION));
    }
    c.header(
        "Set-Cookie",
        "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s"
            .formatted(COOKIE, text, SESSION.toSeconds(), https ? "; Secure" : ""));
  }

  /** Ends a session. */
  public void signOut(Context c) {
    String id = c.cookie(COOKIE);
    synchronized (sessions) {
      sessions.remove(String.valueOf(id));
    }
    c.header("Set-Cookie", COOKIE + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  }

  private void host(Context c) {
    String header = c.header("Host");
    String name =
        header == null ? "" : header.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]+$", "");
    if (!name.matches(ADDRESS) && !names.contains(name)) {
      throw new Problem(
          Problem.Kind.WRONG_HOST,
          "host '%s': expected an address or localhost; --name NAME adds one".formatted(name));
    }
  }

  private static void origin(Context c) {
    String site = c.header("Sec-Fetch-Site");
    // a link on another page may lead here
    boolean navigation =
        "navigate".equals(c.header("Sec-Fetch-Mode"))
            && (c.path().equals("/") || c.path().equals("/docs"));
    if ("cross-site".equals(site) && !navigation) {
      throw forbidden(site);
    }
    String origin = c.header("Origin");
    if (origin != null && !ownOrigin(origin, String.valueOf(c.header("Host")))) {
      throw forbidden(origin);
    }
  }

  private static boolean ownOrigin(String origin, String host) {
    String without = origin.toLowerCase(Locale.ROOT).replaceFirst("^https?://", "");
    return without.equals(host.toLowerCase(Locale.ROOT));
  }

  private static Problem forbidden(String from) {
    return new Problem(
        Problem.Kind.FORBIDDEN_ORIGIN,
        "origin '%s': only this server's own page may ask from a browser".formatted(from));
  }
}
