package dev.headclip.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server answered, after its redirections.
 *
 * @param status of HTTP
 * @param first headers before the first redirection to another host: the hub's own facts
 */
record Reply(int status, URI address, HttpHeaders headers, HttpHeaders first, InputStream body)
    implements AutoCloseable {
  /** Of the hub's own answer, else of the last. */
  Optional<String> fact(String name) {
    return first.firstValue(name).or(() -> headers.firstValue(name));
  }

  /** Length of this answer's body, and of no redirection's before it; none for 0. */
  OptionalLong length() {
    OptionalLong n = parsed(headers.firstValue("content-length"));
    return n.isPresent() && n.getAsLong() > 0 ? n : OptionalLong.empty();
  }

  OptionalLong number(String header) {
    return parsed(fact(header));
  }

  private static OptionalLong parsed(Optional<String> header) {
    Optional<String> v = header.filter(t -> t.matches("\\d{1,18}"));
    return v.isPresent() ? OptionalLong.of(Long.parseLong(v.get())) : OptionalLong.empty();
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // nobody reads it any more
    }
  }
}
