package dev.headclip.app;

import dev.headclip.hub.Hub;
import dev.headclip.hub.HubSettings;
import picocli.CommandLine.Option;

/** Whether published models may be fetched. */
final class HubOption {
  @Option(
      names = "--offline",
      description = "Fetch nothing: published models are those that are here already.")
  private boolean offline;

  /** The published models. */
  Hub hub() {
    HubSettings s = HubSettings.of(System.getenv());
    return Hub.of(s.withOffline(s.offline() || offline), n -> System.err.println("note: " + n));
  }

  /** Names in the place of paths. */
  Places places() {
    return new Places(this::hub);
  }
}
