package dev.headclip.weights;

import dev.headclip.HeadClipException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Several files read as one. */
public final class ShardedSource implements TensorSource {
  private final List<? extends TensorSource> shards;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, TensorSource> owner = new LinkedHashMap<>();

  /** Owns the shards from here on. */
  public ShardedSource(List<? extends TensorSource> shards) {
    this.shards = List.copyOf(shards);
    for (TensorSource s : this.shards) {
      s.tensors()
          .forEach(
              (name, info) -> {
                tensors.put(name, info);
                if (owner.put(name, s) != null) {
                  throw new HeadClipException(
                      "tensor %s is in two shards, expected in one".formatted(name));
                }
              });
    }
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, Consumer<ByteBuffer> use) {
    owner.get(name).read(name, use);
  }

  @Override
  public void close() {
    shards.forEach(TensorSource::close);
  }
}
