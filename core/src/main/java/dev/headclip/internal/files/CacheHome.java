package dev.headclip.internal.files;

import java.nio.file.Path;
import java.util.Map;

/**
 * What outlives a process: {@code $HEADCLIP_CACHE}, or {@code $XDG_CACHE_HOME/headclip}, or {@code
 * ~/.cache/headclip}.
 */
public final class CacheHome {
  private CacheHome() {}

  /** The folder; it need not be there. */
  public static Path of(Map<String, String> environment) {
    String own = environment.getOrDefault("HEADCLIP_CACHE", "");
    return own.isBlank() ? user(environment).resolve("headclip") : Path.of(own);
  }

  /** Where all programs of the user keep theirs. */
  public static Path user(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return xdg.isBlank() ? home(environment).resolve(".cache") : Path.of(xdg);
  }

  /**
   * What is the user's own and nobody may delete: {@code $HEADCLIP_DATA}, or {@code
   * $XDG_DATA_HOME/headclip}, or {@code ~/.local/share/headclip}.
   */
  public static Path data(Map<String, String> environment) {
    String own = environment.getOrDefault("HEADCLIP_DATA", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
    Path all = xdg.isBlank() ? home(environment).resolve(".local/share") : Path.of(xdg);
    return all.resolve("headclip");
  }

  private static Path home(Map<String, String> environment) {
    // Java asks the system's list of users, where scripts and containers set HOME
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.isBlank() ? System.getProperty("user.home") : home);
  }
}
