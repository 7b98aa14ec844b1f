package dev.headclip.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.evaluate.ReferenceEvaluation.Round;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.MetricsReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All rounds of a class.
 *
 * @param results of each round that could be judged
 * @param failed images that could not be read, with the reason
 * @param remarks one line each
 */
record FinishedClass(
    Map<Round, ClassScores.Result> results, Map<Path, String> failed, List<String> remarks) {
  ObjectNode json() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    results.forEach(
        (round, r) -> {
          ObjectNode one = o.withArray("rounds").addObject();
          one.put("references", round.references()).put("seed", round.seed());
          one.put("batch", round.batch()).set("result", MetricsReport.json(r));
        });
    failed.forEach((path, why) -> o.withObject("/failed").put(path.toString(), why));
    remarks.forEach(r -> o.withArray("remarks").add(r));
    return o;
  }

  /** Of what was kept; empty where it is nothing of that kind. */
  static Optional<FinishedClass> of(JsonNode o) {
    Map<Round, ClassScores.Result> results = new LinkedHashMap<>();
    for (JsonNode one : o.path("rounds")) {
      Optional<ClassScores.Result> r = MetricsReport.result(one.path("result"));
      if (r.isEmpty()) {
        return Optional.empty();
      }
      Round round =
          new Round(
              one.path("references").asInt(),
              one.path("seed").asLong(),
              one.path("batch").asBoolean());
      results.put(round, r.get());
    }
    Map<Path, String> failed = new LinkedHashMap<>();
    o.path("failed")
        .properties()
        .forEach(e -> failed.put(Path.of(e.getKey()), e.getValue().asText()));
    List<String> remarks = new java.util.ArrayList<>();
    o.path("remarks").forEach(r -> remarks.add(r.asText()));
    return Optional.of(new FinishedClass(results, failed, remarks));
  }
}
