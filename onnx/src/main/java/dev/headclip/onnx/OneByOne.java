package dev.headclip.onnx;

import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Images through a network whose arithmetic mixes those of a batch: int8 scales activations by the
 * largest among them, and an image's score must depend on no other.
 */
final class OneByOne {
  private OneByOne() {}

  /**
   * @param pixels [images,3,S,S]
   * @param one what the network gives for a single image
   */
  static Tensors<HostTensor> run(
      float[] pixels, int images, Function<float[], Tensors<HostTensor>> one) {
    int n = pixels.length / images;
    List<Tensors<HostTensor>> each = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      each.add(one.apply(Arrays.copyOfRange(pixels, i * n, (i + 1) * n)));
    }
    return Tensors.joined(new HostOps(), each);
  }
}
