package dev.headclip.weights;

import dev.headclip.tensor.HostTensor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;

/** Named tensors that are read one at a time. */
public interface TensorSource extends AutoCloseable {
  /** All tensors, in the order of the file. */
  Map<String, TensorInfo> tensors();

  /**
   * Reads one tensor.
   *
   * @param use gets a direct little-endian buffer of float32, valid during the call only
   */
  void read(String name, Consumer<ByteBuffer> use);

  /** One tensor in Java memory, as float32. */
  default HostTensor host(String name) {
    TensorInfo info = tensors().get(name);
    if (info == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    float[] data = new float[Math.toIntExact(HostTensor.elements(info.shape()))];
    read(name, b -> b.asFloatBuffer().get(data));
    return new HostTensor(info.shape(), data);
  }

  @Override
  void close();
}
