package dev.headclip.testing;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;

/** Plain Java. */
public final class HostInterpreter implements Interpreter {
  @Override
  public Tensors<HostTensor> run(Computation computation) {
    return computation.of(new Plain());
  }

  /** Plain Java's world. */
  static final class Plain implements World<HostTensor> {
    @Override
    public TensorOps<HostTensor> ops() {
      return new HostOps();
    }

    @Override
    public Weights<HostTensor> weights(Backbone b, int imageSize, PositionResize position) {
      return HostInterpreter.weights(b, imageSize, position);
    }
  }

  /** A backbone's weights in Java memory. */
  public static Weights<HostTensor> weights(Backbone b, int imageSize, PositionResize position) {
    Map<String, HostTensor> all = new HashMap<>();
    for (String name : b.weights().tensors().keySet()) {
      HostTensor t = b.weights().host(name);
      boolean resized = name.equals(ClipNames.VISION_POSITION);
      all.put(name, resized ? position.resize(t, b.config().grid(imageSize)) : t);
    }
    return all::get;
  }
}
