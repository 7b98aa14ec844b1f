package dev.headclip.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.TensorSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** A backbone's weights in libtorch's memory, owned by the manager they were made with. */
public final class TorchWeights implements Weights<NDArray> {
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  private TorchWeights() {}

  /**
   * Copies all weights, one tensor at a time.
   *
   * @param imageSize side of the images to come: the position embedding is resized to its grid
   */
  public static TorchWeights load(
      NDManager manager,
      ClipConfig config,
      TensorSource source,
      int imageSize,
      PositionResize position) {
    TorchWeights w = new TorchWeights();
    source
        .tensors()
        .forEach(
            (name, info) -> {
              if (name.equals(ClipNames.VISION_POSITION)) {
                HostTensor resized = position.resize(source.host(name), config.grid(imageSize));
                w.arrays.put(name, manager.create(resized.data(), new Shape(resized.shape())));
              } else {
                w.arrays.put(name, copy(manager, source, name, new Shape(info.shape())));
              }
            });
    return w;
  }

  /** Weights that are there already. */
  public static TorchWeights of(Map<String, NDArray> arrays) {
    TorchWeights w = new TorchWeights();
    w.arrays.putAll(arrays);
    return w;
  }

  private static NDArray copy(NDManager manager, TensorSource source, String name, Shape shape) {
    NDArray[] copy = new NDArray[1];
    source.read(
        name,
        bytes -> {
          // DJL's array is a view of the buffer, which is gone after this call
          try (NDArray view = manager.create(bytes, shape, DataType.FLOAT32)) {
            copy[0] = view.duplicate();
          }
        });
    return copy[0];
  }

  @Override
  public NDArray get(String name) {
    NDArray a = arrays.get(name);
    if (a == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return a;
  }

  public Map<String, NDArray> arrays() {
    return arrays;
  }
}
