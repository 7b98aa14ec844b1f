package dev.headclip.server.settings;

import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectorBuilder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A model to be served.
 *
 * @param name in addresses: a letter or digit, then letters, digits, dot, underscore, hyphen, plus
 * @param builder a new one at each call
 * @param references its file where it is one of references
 */
public record ModelSource(
    String name, Supplier<DetectorBuilder> builder, Optional<Path> references) {
  /** What names look like. */
  public static final String NAME = "[A-Za-z0-9][A-Za-z0-9._+-]{0,99}";

  public ModelSource {
    if (!name.matches(NAME)) {
      throw new HeadClipException(
          "model name %s: expected letters, digits, dots, underscores, hyphens".formatted(name));
    }
  }

  /** A name for addresses out of any text: what does not fit becomes a hyphen. */
  public static String named(String text) {
    String last = text.replaceFirst(".*[/\\\\](?=.)", "").replaceFirst("[/\\\\]$", "");
    String fit = last.replaceAll("[^A-Za-z0-9._+-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    return fit.isEmpty() ? "model" : fit.substring(0, Math.min(100, fit.length()));
  }
}
