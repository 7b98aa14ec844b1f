package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One cell's figures.
 *
 * @param auxiliary trained on
 * @param variant of the plan
 * @param seed of training
 * @param target evaluated on
 * @param result metrics, mean figures and the sweep, as stored; empty where it failed
 * @param error why it failed, or empty text
 */
record BenchmarkCell(
    String auxiliary,
    String variant,
    long seed,
    BenchmarkPlan.Source target,
    Optional<JsonNode> result,
    String error) {
  /** The row that it belongs to. */
  String row(BenchmarkPlan plan) {
    return plan.row(auxiliary, target.name());
  }

  /** The classes that were evaluated. */
  List<String> classes() {
    List<String> all = new java.util.ArrayList<>();
    result.ifPresent(
        r -> r.path("metrics").path("classes").fieldNames().forEachRemaining(all::add));
    return all;
  }

  /**
   * A figure, percent.
   *
   * @param category a class, or "mean"
   */
  OptionalDouble figure(String category, Level level, Figure figure) {
    return percent(
        result.map(
            r -> {
              JsonNode metrics = r.path("metrics");
              JsonNode of =
                  category.equals(dev.headclip.evaluate.Published.MEAN)
                      ? metrics.path("mean")
                      : metrics.path("classes").path(category);
              return of.path(level.key()).path(figure.key());
            }));
  }

  /** An image figure of the joint score with another weight of the local one, percent. */
  OptionalDouble atLambda(double lambda, Figure figure) {
    return percent(
        result.map(r -> r.path("lambda").path(String.valueOf(lambda)).path(figure.key())));
  }

  private static OptionalDouble percent(Optional<JsonNode> v) {
    return v.filter(JsonNode::isNumber).isPresent()
        ? OptionalDouble.of(100 * v.get().asDouble())
        : OptionalDouble.empty();
  }

  /** Images of a class. */
  int images(String category) {
    return result
        .map(r -> r.path("metrics").path("classes").path(category).path("counts"))
        .map(c -> c.path("normal").asInt() + c.path("anomalous").asInt())
        .orElse(0);
  }
}
