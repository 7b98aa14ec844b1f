package dev.headclip.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Outcome;
import java.nio.file.Path;

/** Is told of each result after its line was written. */
@FunctionalInterface
public interface WatchListener {
  /**
   * @param line as written
   * @param file where the image lies now
   */
  void found(ObjectNode line, Outcome outcome, Path file);
}
