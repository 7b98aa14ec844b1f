package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.CacheHome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where things are fetched from and kept.
 *
 * @param cache this program's own folder
 * @param hubCache repositories in Hugging Face's layout
 * @param endpoint the hub: {@code HF_ENDPOINT}
 * @param token for the endpoint and nobody else: {@code HF_TOKEN}
 * @param mirror in front of all other addresses: {@code HEADCLIP_MIRROR/host/path}
 * @param offline nothing is fetched
 * @param tries of one request, at least 1
 * @param pause before the second try; doubles from try to try
 * @param patience without a byte, after which a connection counts as lost
 * @param environment proxies
 */
public record HubSettings(
    Path cache,
    Path hubCache,
    URI endpoint,
    Optional<String> token,
    Optional<URI> mirror,
    boolean offline,
    int tries,
    Duration pause,
    Duration patience,
    Map<String, String> environment) {
  private static final String HUB = "https://huggingface.co";
  private static final Set<String> NO = Set.of("", "0", "false", "no", "off");

  public HubSettings {
    environment = Map.copyOf(environment);
    if (tries < 1) {
      throw new IllegalArgumentException("tries is %d, expected 1 or more".formatted(tries));
    }
  }

  /**
   * What the variables of a process say.
   *
   * @throws HeadClipException where one cannot be understood
   */
  public static HubSettings of(Map<String, String> environment) {
    Map<String, String> e = new HashMap<>(environment);
    Path cache = CacheHome.of(e);
    String endpoint = e.getOrDefault("HF_ENDPOINT", "");
    Optional<URI> mirror =
        Optional.of(e.getOrDefault("HEADCLIP_MIRROR", ""))
            .filter(m -> !m.isBlank())
            .map(m -> base("HEADCLIP_MIRROR", m));
    URI hub =
        endpoint.isBlank()
            ? mirror.map(m -> URI.create(m + "/huggingface.co")).orElse(URI.create(HUB))
            : base("HF_ENDPOINT", endpoint);
    return new HubSettings(
        cache,
        hubCache(e, cache),
        hub,
        // a mirror is a stranger unless the user has given it the token
        endpoint.isBlank() && mirror.isPresent() && e.getOrDefault("HF_TOKEN", "").isBlank()
            ? Optional.empty()
            : token(e),
        mirror,
        yes(e, "HEADCLIP_OFFLINE") || yes(e, "HF_HUB_OFFLINE"),
        6,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        e);
  }

  /** The same without a network. */
  public HubSettings withOffline(boolean is) {
    return new HubSettings(
        cache, hubCache, endpoint, token, mirror, is, tries, pause, patience, environment);
  }

  private static URI base(String variable, String address) {
    try {
      URI u = URI.create(address.strip().replaceFirst("/+$", ""));
      if (u.getHost() != null
          && u.getUserInfo() == null
          && Set.of("http", "https").contains(String.valueOf(u.getScheme()))) {
        return u;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new HeadClipException(
        "%s is \"%s\", expected an address such as https://host"
            .formatted(variable, address.replaceFirst("//.*@", "//...@")));
  }

  /** Hugging Face's own, where it is there or asked for. */
  private static Path hubCache(Map<String, String> e, Path own) {
    for (String variable : new String[] {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
      String direct = e.getOrDefault(variable, "");
      if (!direct.isBlank()) {
        return Path.of(direct);
      }
    }
    Path shared = hubHome(e).resolve("hub");
    boolean asked = !e.getOrDefault("HF_HOME", "").isBlank();
    return asked || Files.isDirectory(shared) ? shared : own.resolve("hub");
  }

  private static Path hubHome(Map<String, String> e) {
    String home = e.getOrDefault("HF_HOME", "");
    return home.isBlank() ? CacheHome.user(e).resolve("huggingface") : Path.of(home);
  }

  /** The variable, or what {@code hf auth login} left. */
  private static Optional<String> token(Map<String, String> e) {
    if (yes(e, "HF_HUB_DISABLE_IMPLICIT_TOKEN") && e.getOrDefault("HF_TOKEN", "").isBlank()) {
      return Optional.empty();
    }
    String given = e.getOrDefault("HF_TOKEN", "");
    String file = e.getOrDefault("HF_TOKEN_PATH", "");
    Path stored = file.isBlank() ? hubHome(e).resolve("token") : Path.of(file);
    try {
      if (given.isBlank() && Files.isRegularFile(stored) && Files.size(stored) < 4096) {
        given = Files.readString(stored);
      }
    } catch (IOException x) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(stored, AtomicFiles.reason(x)), x);
    }
    String token = given.strip();
    if (!token.matches("[\\x21-\\x7e]*")) {
      throw new HeadClipException("HF_TOKEN: not a token, expected letters and digits");
    }
    return Optional.of(token).filter(t -> !t.isEmpty());
  }

  private static boolean yes(Map<String, String> e, String variable) {
    return !NO.contains(e.getOrDefault(variable, "").strip().toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    // never the token
    return "HubSettings[cache=%s, hubCache=%s, endpoint=%s, mirror=%s, offline=%s]"
        .formatted(cache, hubCache, endpoint, mirror, offline);
  }
}
