package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps {@link LocalInputs} instead of computing the local path. */
final class LocalRecorder<T> implements LocalBranch<T> {
  private final LocalPath path;
  private final List<Integer> outputs;
  private final int last;
  private final List<T> plain = new ArrayList<>();
  private final List<T> heads = new ArrayList<>();
  private Optional<T> before = Optional.empty();

  LocalRecorder(LocalPath path, List<Integer> outputs) {
    this.path = path;
    this.outputs = outputs;
    this.last = path.lastNeeded(outputs);
  }

  @Override
  public List<T> layer(TensorOps<T> ops, int l, Block<T> block, T stream, T values) {
    if (before.isEmpty()) {
      before = Optional.of(stream);
    }
    if (l > last) {
      return List.of();
    }
    T c = block.valueAttention(ops, values);
    heads.add(c);
    return List.of(c);
  }

  @Override
  public void plain(int l, T after) {
    if (l < path.first()) {
      outputs.stream().filter(o -> o == l).forEach(o -> plain.add(after));
    }
  }

  LocalInputs<T> inputs(T global) {
    return new LocalInputs<>(global, before.orElseThrow(), plain, heads);
  }
}
