package dev.headclip.onnx;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.Weights;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TensorSource;

/** A backbone's weights as constants of a graph, read when the graph is written. */
final class GraphWeights implements Weights<Value> {
  private final Graph graph;
  private final ClipConfig config;
  private final TensorSource source;
  private final int imageSize;
  private final PositionResize position;

  /**
   * @param imageSize side of the images to come: the position embedding is resized to its grid
   */
  GraphWeights(
      Graph graph, ClipConfig config, TensorSource source, int imageSize, PositionResize position) {
    this.graph = graph;
    this.config = config;
    this.source = source;
    this.imageSize = imageSize;
    this.position = position;
  }

  @Override
  public Value get(String name) {
    TensorInfo info = source.tensors().get(name);
    if (info == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    if (name.equals(ClipNames.VISION_POSITION)) {
      int grid = config.grid(imageSize);
      // a graph may hold several sizes
      return graph.constant(name + "@" + grid, Stored.of(position.resize(source.host(name), grid)));
    }
    return graph.constant(name, Stored.floats(info.shape(), () -> source.host(name).data()));
  }
}
