package dev.headclip.server.settings;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a server listens, and what it keeps.
 *
 * @param host address to listen at
 * @param port 0 for any that is free
 * @param token that requests must show; needed for addresses that others reach
 * @param insecure whether such an address goes without a token
 * @param names further names that this server is reached by, besides addresses and localhost
 * @param tls certificate, for https
 * @param models folder where taught models are kept; in memory only where empty
 * @param limits of what it takes on
 */
public record ServerSettings(
    String host,
    int port,
    Optional<String> token,
    boolean insecure,
    List<String> names,
    Optional<Tls> tls,
    Optional<Path> models,
    Limits limits) {
  private static final int LAST_PORT = 65_535;
  private static final int SHORTEST_TOKEN = 16;

  public ServerSettings {
    Objects.requireNonNull(limits, "limits");
    names = List.copyOf(names);
    if (port < 0 || port > LAST_PORT) {
      throw new SettingException("port", port, "0 to " + LAST_PORT);
    }
    if (token.isPresent() && token.get().length() < SHORTEST_TOKEN) {
      throw new HeadClipException(
          "token: %d characters, expected at least %d; openssl rand -hex 16 makes one"
              .formatted(token.get().length(), SHORTEST_TOKEN));
    }
    if (token.isEmpty() && !insecure && !address(host).isLoopbackAddress()) {
      throw new HeadClipException(
          "host %s: others reach it, and no token is asked of them; give --token, or --insecure where the network is trusted"
              .formatted(host));
    }
  }

  /** This machine only, port 8080, nothing kept. */
  public static ServerSettings defaults() {
    return new ServerSettings(
        "127.0.0.1",
        8080,
        Optional.empty(),
        false,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Limits.defaults());
  }

  /** With another port. */
  public ServerSettings withPort(int other) {
    return new ServerSettings(host, other, token, insecure, names, tls, models, limits);
  }

  /** With a token. */
  public ServerSettings withToken(String text) {
    return new ServerSettings(host, port, Optional.of(text), insecure, names, tls, models, limits);
  }

  /** With other limits. */
  public ServerSettings withLimits(Limits others) {
    return new ServerSettings(host, port, token, insecure, names, tls, models, others);
  }

  /** Keeping taught models in a folder. */
  public ServerSettings withModels(Path folder) {
    return new ServerSettings(host, port, token, insecure, names, tls, Optional.of(folder), limits);
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new HeadClipException("host %s: no such address".formatted(host), e);
    }
  }
}
