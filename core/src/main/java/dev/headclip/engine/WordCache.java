package dev.headclip.engine;

import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What a method's sentences about a class gave, for the classes used last. Thread-safe. */
public final class WordCache {
  private static final int KEPT = 32;

  private final boolean named;
  private final Function<ClassName, Tensors<HostTensor>> compute;
  private final Map<ClassName, Tensors<HostTensor>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ClassName, Tensors<HostTensor>> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param named whether the sentences differ between classes
   * @param compute asked once for each class
   */
  public WordCache(boolean named, Function<ClassName, Tensors<HostTensor>> compute) {
    this.named = named;
    this.compute = compute;
  }

  public synchronized Tensors<HostTensor> get(ClassName name) {
    return known.computeIfAbsent(named ? name : ClassName.unknown(), compute);
  }
}
