package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Computes a graph of constants at once. */
final class Evaluation {
  private Evaluation() {}

  /** What is to be computed. */
  @FunctionalInterface
  interface Body {
    List<Value> record(Graph graph, GraphOps ops);
  }

  static List<HostTensor> of(Body body) {
    return of(Dialect.FUSED, body);
  }

  static List<HostTensor> of(Dialect dialect, Body body) {
    Graph graph = new Graph();
    GraphOps ops = new GraphOps(graph, dialect, LinearForm.exact());
    List<Value> results = body.record(graph, ops);
    for (int i = 0; i < results.size(); i++) {
      graph.output(results.get(i), "result_" + i, ElementType.FLOAT);
    }
    try (Runtime.Open open = Runtime.open(new ModelFile(graph, Map.of()), Runtime.once());
        OrtSession.Result found = open.session().run(Map.of())) {
      List<HostTensor> all = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        OnnxTensor t = (OnnxTensor) found.get(i);
        float[] data = new float[t.getFloatBuffer().remaining()];
        t.getFloatBuffer().get(data);
        all.add(new HostTensor(t.getInfo().getShape(), data));
      }
      return all;
    } catch (OrtException e) {
      throw Runtime.failed("constants cannot be computed", e);
    }
  }
}
