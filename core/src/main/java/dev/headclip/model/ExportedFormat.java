package dev.headclip.model;

import java.nio.file.Path;
import java.util.Map;

/** Reads what an exported file says of itself; found with {@link java.util.ServiceLoader}. */
public interface ExportedFormat {
  /** Whether a file's name is one of this format. */
  boolean knows(Path file);

  /** The file's metadata. */
  Map<String, String> metadata(Path file);
}
