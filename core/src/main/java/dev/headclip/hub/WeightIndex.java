package dev.headclip.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/** A file that names the pieces of weights: model.safetensors.index.json. */
final class WeightIndex {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> WEIGHTS = Set.of("safetensors", "bin", "pt", "pth");
  private static final int MOST = 500;

  private WeightIndex() {}

  static boolean is(String name) {
    return name.endsWith(".index.json");
  }

  /** Whether a name is that of weights. */
  static boolean isWeights(String name) {
    return WEIGHTS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  /**
   * The pieces.
   *
   * @param where for messages
   * @throws HeadClipException where it names anything but weights beside it
   */
  static Set<String> shards(String where, byte[] text) {
    try {
      JsonNode map = JSON.readTree(text).path("weight_map");
      Set<String> names = new LinkedHashSet<>();
      map.forEach(n -> names.add(SafeNames.check(n.asText())));
      if (names.size() > MOST || !names.stream().allMatch(WeightIndex::isWeights)) {
        throw new IllegalArgumentException(
            "%d files, expected at most %d of weights".formatted(names.size(), MOST));
      }
      return names;
    } catch (IOException | IllegalArgumentException e) {
      throw new HeadClipException(
          "%s: not an index of weights (%s)".formatted(where, e.getMessage()), e);
    }
  }
}
