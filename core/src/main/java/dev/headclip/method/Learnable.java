package dev.headclip.method;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A tensor that a method learns.
 *
 * @param name in adapter files
 * @param shape sizes
 * @param first where it starts
 * @param rate its own learning rate; empty for the run's
 */
public record Learnable(String name, List<Long> shape, FirstValue first, Optional<Double> rate) {
  public Learnable {
    Objects.requireNonNull(name, "name");
    shape = List.copyOf(shape);
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(rate, "rate");
  }

  public static Learnable of(String name, FirstValue first, long... shape) {
    return new Learnable(
        name, java.util.Arrays.stream(shape).boxed().toList(), first, Optional.empty());
  }

  public Learnable withRate(Optional<Double> own) {
    return new Learnable(name, shape, first, own);
  }

  /** The shape as an array. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
