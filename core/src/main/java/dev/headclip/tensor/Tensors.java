package dev.headclip.tensor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tensors by name, in a fixed order: what the stages of a network hand on.
 *
 * @param named in their order
 * @param <T> a tensor
 */
public record Tensors<T>(Map<String, T> named) implements Serializable {
  private static final long serialVersionUID = 1;

  public Tensors {
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  /** None. */
  public static <T> Tensors<T> none() {
    return new Tensors<>(Map.of());
  }

  public static <T> Tensors<T> of(String name, T tensor) {
    return new Tensors<>(Map.of(name, tensor));
  }

  public static <T> Tensors<T> of(String first, T one, String second, T two) {
    return of(first, one).with(second, two);
  }

  /** One more, or another in the place of the one of that name. */
  public Tensors<T> with(String name, T tensor) {
    return and(of(name, tensor));
  }

  /** These and others; where names are the same, the others. */
  public Tensors<T> and(Tensors<T> others) {
    Map<String, T> all = new LinkedHashMap<>(named);
    all.putAll(others.named);
    return new Tensors<>(all);
  }

  /** All but one. */
  public Tensors<T> without(String name) {
    Map<String, T> rest = new LinkedHashMap<>(named);
    rest.remove(name);
    return new Tensors<>(rest);
  }

  /**
   * @throws IllegalArgumentException naming what there is
   */
  public T get(String name) {
    T found = named.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no tensor %s among %s".formatted(name, named.keySet()));
    }
    return found;
  }

  public boolean has(String name) {
    return named.containsKey(name);
  }

  public List<String> names() {
    return List.copyOf(named.keySet());
  }

  /** In their order. */
  public List<T> list() {
    return List.copyOf(named.values());
  }

  /** Those whose name begins so, in their order. */
  public List<T> list(String prefix) {
    return named.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The same names with other tensors. */
  public <U> Tensors<U> map(Function<T, U> each) {
    Map<String, U> all = new LinkedHashMap<>();
    named.forEach((name, t) -> all.put(name, each.apply(t)));
    return new Tensors<>(all);
  }

  /** The same names with the tensors of a list in that order. */
  public <U> Tensors<U> withList(List<U> tensors) {
    if (tensors.size() != named.size()) {
      throw new IllegalArgumentException(
          "%d tensors for %s".formatted(tensors.size(), named.keySet()));
    }
    Map<String, U> all = new LinkedHashMap<>();
    for (String name : named.keySet()) {
      all.put(name, tensors.get(all.size()));
    }
    return new Tensors<>(all);
  }

  /** Computed in a scope of its own: only the results live on. */
  public static <T> Tensors<T> scoped(
      TensorOps<T> ops, java.util.function.Supplier<Tensors<T>> body) {
    List<Tensors<T>> results = new ArrayList<>();
    List<T> kept =
        ops.scope(
            () -> {
              results.add(body.get());
              return results.get(0).list();
            });
    return results.get(0).withList(kept);
  }

  /** Tensors of the same names joined along axis 0; a single one is given back as it is. */
  public static <T> Tensors<T> joined(TensorOps<T> ops, List<Tensors<T>> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    Map<String, T> all = new LinkedHashMap<>();
    for (String name : parts.get(0).names()) {
      all.put(name, ops.concat(0, parts.stream().map(p -> p.get(name)).toList()));
    }
    return new Tensors<>(all);
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive) of each along axis 0. */
  public static Tensors<HostTensor> rows(Tensors<HostTensor> all, int from, int to) {
    return all.map(
        t -> {
          int row = t.data().length / Math.toIntExact(t.shape()[0]);
          long[] shape = t.shape().clone();
          shape[0] = to - from;
          return new HostTensor(shape, Arrays.copyOfRange(t.data(), from * row, to * row));
        });
  }
}
