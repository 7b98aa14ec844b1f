package dev.headclip.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where an evaluation by references keeps the classes that are done, so that it goes on after a
 * stop or a kill: a file of each, which counts only under the identity that it was written with.
 *
 * @param folder of the files; empty to keep nothing
 * @param identity of model, settings and data
 */
public record KeptClasses(Optional<Path> folder, Map<String, Object> identity) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Nothing is kept. */
  public static KeptClasses none() {
    return new KeptClasses(Optional.empty(), Map.of());
  }

  private static Path file(Path folder, String category) {
    // names are of folders of anywhere
    return folder.resolve(
        "%s-%08x.json"
            .formatted(category.replaceAll("[^A-Za-z0-9._-]+", "_"), category.hashCode()));
  }

  Optional<FinishedClass> get(String category) {
    Optional<Path> file = folder.map(f -> file(f, category)).filter(f -> Files.isRegularFile(f));
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      JsonNode o = JSON.readTree(file.get().toFile());
      return o.path("identity").toString().equals(JSON.valueToTree(identity).toString())
          ? FinishedClass.of(o.path("found"))
          : Optional.empty();
    } catch (IOException e) {
      // cut short or edited: it is made anew
      return Optional.empty();
    }
  }

  void put(String category, FinishedClass found) {
    folder.ifPresent(
        f -> {
          ObjectNode o = JSON.createObjectNode();
          o.set("identity", JSON.valueToTree(identity));
          o.set("found", found.json());
          AtomicFiles.writeText(file(f, category), o.toPrettyString() + "\n");
        });
  }
}
