package dev.headclip.onnx;

import ai.onnxruntime.OrtException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Programs in ONNX Runtime's memory, recorded once for the shapes of what they are given. */
final class Programs implements AutoCloseable {
  /** Beyond it, the oldest are closed: images of all sizes would each bring one. */
  private static final int KEPT = 8;

  private record Key(Program program, Map<String, List<Long>> shapes) {}

  private final EngineSettings settings;
  private final Map<Key, Ort.Open> opened = new LinkedHashMap<>(16, 0.75f, true);

  Programs(EngineSettings settings) {
    this.settings = settings;
  }

  /** One at a time: what runs is not closed. */
  synchronized Tensors<HostTensor> run(Program program, Tensors<HostTensor> given) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    given.named().forEach((n, t) -> shapes.put(n, Ort.list(t.shape())));
    Ort.Open open = opened.computeIfAbsent(new Key(program, shapes), k -> record(program, given));
    if (opened.size() > KEPT) {
      Key oldest = opened.keySet().iterator().next();
      opened.remove(oldest).close();
    }
    try {
      return Ort.run(open, Ort.tensors(given.named()));
    } catch (OrtException e) {
      throw Ort.failed("ONNX Runtime cannot run a step", e);
    }
  }

  private Ort.Open record(Program program, Tensors<HostTensor> given) {
    Graph graph = new Graph();
    GraphOps ops = new GraphOps(graph, Dialect.FUSED, LinearForm.exact());
    Tensors<Value> inputs = Tensors.none();
    for (String name : given.names()) {
      inputs = inputs.with(name, graph.input(name, given.get(name).shape()));
    }
    program.of(ops, inputs).named().forEach((name, v) -> graph.output(v, name, ElementType.FLOAT));
    return Ort.open(new ModelFile(graph, Map.of()), Ort.steps(settings));
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(Ort.Open::close);
    opened.clear();
  }
}
