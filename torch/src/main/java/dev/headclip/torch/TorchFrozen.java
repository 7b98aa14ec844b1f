package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.spi.Frozen;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A frozen part in libtorch's memory.
 *
 * @param owner of arrays that are this part's alone; closed with it
 * @param arrays the frozen stage's and the mask
 */
record TorchFrozen(NDManager owner, Tensors<NDArray> arrays) implements Frozen {
  /** Another's, taken as what it must be. */
  static TorchFrozen of(Frozen part) {
    if (part instanceof TorchFrozen t) {
      return t;
    }
    throw new IllegalArgumentException("a frozen part of another engine: " + part.getClass());
  }

  /** What the network's stages see. */
  Tensors<NDArray> stage() {
    Map<String, NDArray> all = new LinkedHashMap<>(arrays.named());
    all.remove(MASK);
    return new Tensors<>(all);
  }

  NDArray mask() {
    return arrays.get(MASK);
  }

  @Override
  public List<String> names() {
    return arrays.names();
  }

  @Override
  public long[] shape(String name) {
    return arrays.get(name).getShape().getShape().clone();
  }

  @Override
  public void read(String name, Consumer<ByteBuffer> use) {
    use.accept(arrays.get(name).toByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }

  @Override
  public long numbers() {
    return arrays.list().stream().mapToLong(NDArray::size).sum();
  }

  @Override
  public void close() {
    owner.close();
  }
}
