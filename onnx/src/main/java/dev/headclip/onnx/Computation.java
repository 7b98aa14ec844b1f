package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Computes a graph of constants at once. */
final class Computation {
  private Computation() {}

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
    if (results.isEmpty()) {
      return List.of();
    }
    try (Ort.Open open = Ort.open(new ModelFile(graph, Map.of()), Ort.once());
        OrtSession.Result found = open.session().run(Map.of())) {
      List<HostTensor> all = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        all.add(Ort.host((OnnxTensor) found.get(i)));
      }
      return all;
    } catch (OrtException e) {
      throw Ort.failed("constants cannot be computed", e);
    }
  }
}
