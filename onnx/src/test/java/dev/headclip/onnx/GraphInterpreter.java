package dev.headclip.onnx;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Interpreter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Recorded graphs, computed at once. */
record GraphInterpreter(Dialect dialect) implements Interpreter {
  @Override
  public Tensors<HostTensor> run(Computation computation) {
    AtomicReference<Tensors<Value>> recorded = new AtomicReference<>();
    List<HostTensor> found =
        dev.headclip.onnx.Computation.of(
            dialect,
            (graph, ops) -> {
              recorded.set(computation.of(new Recording(graph, ops)));
              return recorded.get().list();
            });
    return recorded.get().withList(found);
  }

  @Override
  public boolean readsValues() {
    return false;
  }

  private record Recording(Graph graph, TensorOps<Value> ops) implements World<Value> {
    @Override
    public Weights<Value> weights(Backbone b, int imageSize, PositionResize position) {
      return new GraphWeights(graph, b.config(), b.weights(), imageSize, position);
    }
  }
}
