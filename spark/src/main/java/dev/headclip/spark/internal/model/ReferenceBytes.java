package dev.headclip.spark.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** References as the content of their file: what travels between driver and executors. */
public final class ReferenceBytes {
  private ReferenceBytes() {}

  /** Something that is done with a file. */
  private interface Use<T> {
    T with(Path file) throws IOException;
  }

  /**
   * Of references.
   *
   * @param base names the model that they belong to
   */
  public static byte[] of(ReferenceModel model, JsonNode base) {
    return passing(
        file -> {
          ReferenceFile.write(file, model, base);
          return Files.readAllBytes(file);
        });
  }

  /** The references. */
  public static ReferenceModel read(byte[] content) {
    return passing(
        file -> {
          Files.write(file, content);
          return ReferenceFile.read(file).model();
        });
  }

  private static <T> T passing(Use<T> use) {
    try {
      Path file = Files.createTempFile("headclip", ".safetensors");
      try {
        return use.with(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new HeadClipException(
          "references cannot be written to the temporary folder (%s)"
              .formatted(AtomicFiles.reason(e)),
          e);
    }
  }
}
