package dev.headclip.hub;

import dev.headclip.HeadClipException;
import java.net.URI;

/** What a server's refusal means, and what can be done. */
final class Refusal {
  private Refusal() {}

  static HeadClipException of(URI address, int status, HubSettings settings) {
    String what =
        switch (status) {
          case 401, 403 ->
              settings.token().isEmpty()
                  ? "asks who you are; accept the model's terms on its page and give HF_TOKEN"
                  : "refuses your HF_TOKEN; accept the model's terms on its page, or give another";
          case 404, 410 -> "is not there";
          default -> "was not given";
        };
    return new HeadClipException("%s %s (HTTP %d)".formatted(address, what, status));
  }
}
