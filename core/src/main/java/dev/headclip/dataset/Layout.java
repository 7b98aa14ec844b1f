package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A way in which annotated images lie in a folder. Only the test part is read. */
public interface Layout {
  /** Whether a folder (or file) looks like it. */
  boolean applies(Path root);

  /**
   * All images of the test part, in order of class, kind, name.
   *
   * @param remarks told what was not understood, or had to be guessed
   */
  List<Sample> read(Path root, Consumer<String> remarks);

  /** What it looks like, for messages: {@code CLASS/test/good}. */
  String looks();
}
