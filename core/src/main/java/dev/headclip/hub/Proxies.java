package dev.headclip.hub;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as other programs take them: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY},
 * {@code NO_PROXY} in either case, else Java's own properties.
 */
final class Proxies extends ProxySelector {
  private final Map<String, String> environment;
  private final ProxySelector java = ProxySelector.getDefault();

  /**
   * @throws HeadClipException where one cannot be used: going around it would be worse
   */
  Proxies(Map<String, String> environment) {
    this.environment = environment;
    named(URI.create("http://any.invalid/"));
    named(URI.create("https://any.invalid/"));
  }

  @Override
  public List<Proxy> select(URI to) {
    Optional<URI> named = named(to);
    if (named.isPresent()) {
      return List.of(
          excepted(to)
              ? Proxy.NO_PROXY
              : new Proxy(
                  Proxy.Type.HTTP,
                  new InetSocketAddress(named.get().getHost(), port(named.get()))));
    }
    return java == null ? List.of(Proxy.NO_PROXY) : java.select(to);
  }

  @Override
  public void connectFailed(URI to, SocketAddress proxy, IOException e) {
    // the request fails with it
  }

  /**
   * Name and word for a proxy that stands in front of an address, as a header: Java's
   * authenticators would take the token's header away.
   */
  Optional<String> authorization(URI to) {
    return named(to)
        .filter(p -> !excepted(to))
        .map(URI::getRawUserInfo)
        .filter(u -> u.contains(":"))
        .map(
            u ->
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(decoded(u).getBytes(StandardCharsets.UTF_8)));
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private Optional<URI> named(URI to) {
    String scheme = to.getScheme();
    String found = variable(scheme + "_proxy");
    if (found.isBlank()) {
      found = variable("all_proxy");
    }
    if (found.isBlank()) {
      return Optional.empty();
    }
    try {
      URI u = URI.create(found.contains("://") ? found : "http://" + found);
      if (u.getHost() != null && "http".equals(u.getScheme()) && u.getPort() < 65536) {
        return Optional.of(u);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new HeadClipException(
        "proxy of %s_PROXY or ALL_PROXY (%s): expected http://host:port, with %%23 and the like in a name or word"
            .formatted(scheme.toUpperCase(Locale.ROOT), found.replaceFirst("//.*@", "//...@")));
  }

  private static int port(URI proxy) {
    return proxy.getPort() < 0 ? 80 : proxy.getPort();
  }

  private String variable(String name) {
    String small = environment.getOrDefault(name, "");
    return small.isBlank()
        ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip()
        : small.strip();
  }

  /** Hosts, and domains with all below them; {@code *} for all. */
  private boolean excepted(URI to) {
    String host = to.getHost().toLowerCase(Locale.ROOT);
    for (String one : variable("no_proxy").toLowerCase(Locale.ROOT).split(",")) {
      String name = one.strip().replaceFirst(":\\d+$", "").replaceFirst("^\\*?\\.", "");
      if (!name.isEmpty() && (name.equals("*") || host.equals(name) || host.endsWith("." + name))) {
        return true;
      }
    }
    return false;
  }
}
