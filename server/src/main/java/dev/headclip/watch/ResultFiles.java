package dev.headclip.watch;

import dev.headclip.detect.Outcome;
import java.nio.file.Path;
import java.util.Optional;

/** Writes what belongs to a result beside its line: map, overlay. */
@FunctionalInterface
public interface ResultFiles {
  /** Nothing is written. */
  static ResultFiles none() {
    return (o, name) -> new Written(Optional.empty(), Optional.empty());
  }

  /** Where it was written to. */
  record Written(Optional<Path> map, Optional<Path> overlay) {}

  /**
   * @param name of the image's results: its path below the folder
   */
  Written write(Outcome.Scored scored, String name);

  /** Whether files of this name are there already. */
  default boolean taken(String name) {
    return false;
  }
}
