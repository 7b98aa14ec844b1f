package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.List;

/** A way in which annotated images lie in a folder. Only the test part is read. */
public interface Layout {
  /** Whether a folder (or file) looks like it. */
  boolean applies(Path root);

  /** All images of the test part, in order of class, kind, name. */
  List<Sample> read(Path root);

  /** What it looks like, for messages: {@code CLASS/test/good}. */
  String looks();
}
