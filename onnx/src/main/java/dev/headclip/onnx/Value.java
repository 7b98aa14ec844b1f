package dev.headclip.onnx;

import java.util.Arrays;

/**
 * A tensor of a recorded graph.
 *
 * @param name unique in the graph
 * @param shape sizes; -1 for the free batch size
 */
record Value(String name, long[] shape) {
  int rank() {
    return shape.length;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Value v && name.equals(v.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name + Arrays.toString(shape);
  }
}
