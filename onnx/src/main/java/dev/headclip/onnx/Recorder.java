package dev.headclip.onnx;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalProjections;
import dev.headclip.engine.Precision;
import dev.headclip.map.MapOperator;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.PromptText;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Records a model: the network of {@link HeadClip} with everything that does not depend on the
 * image (text features, head weights folded into the local path) as constants.
 */
final class Recorder {
  static final String PIXELS = "pixels";
  static final String GLOBAL = "global_score";
  static final String PATCHES = "patches";
  static final String MAP = "map";
  static final String LOCAL = "local_score";
  static final String SCORE = "score";
  static final String ANOMALOUS = "anomalous";

  private final Backbone backbone;
  private final Adapter adapter;
  private final HeadClipSettings settings;
  private final ClipConfig config;

  Recorder(Backbone backbone, Adapter adapter) {
    this.backbone = backbone;
    this.adapter = adapter;
    this.settings = adapter.settings();
    this.config = backbone.config();
  }

  /** From pixels [N,3,S,S] to the global score [N] and the patches' probabilities [N,g*g]. */
  Graph network(Dialect dialect, Precision precision) {
    Graph graph = new Graph();
    Numbers n = record(graph, dialect, precision);
    graph.output(n.global(), GLOBAL, ElementType.FLOAT);
    graph.output(n.patches(), PATCHES, ElementType.FLOAT);
    return graph;
  }

  /** From pixels [N,3,S,S] to map [N,S,S], scores [N] and verdict [N]: Eq. 12, 7 and 8. */
  Graph detector(Dialect dialect, Precision precision) {
    Graph graph = new Graph();
    Numbers n = record(graph, dialect, precision);
    GraphOps ops = new GraphOps(graph, dialect, LinearForm.exact());
    int side = settings.imageSize();
    int grid = config.grid(side);
    Value smooth = map(ops, n.patches(), new MapOperator(grid, side, settings.sigma()));
    Value scored =
        settings.topOnRaw() ? map(ops, n.patches(), new MapOperator(grid, side, 0)) : smooth;
    Value flat = ops.reshape(scored, -1, (long) side * side);
    Value local = ops.topMean(flat, settings.top().of(side * side));
    Value joint =
        ops.add(ops.scale(n.global(), 1 - settings.lambda()), ops.scale(local, settings.lambda()));
    graph.output(smooth, MAP, ElementType.FLOAT);
    graph.output(n.global(), GLOBAL, ElementType.FLOAT);
    graph.output(local, LOCAL, ElementType.FLOAT);
    graph.output(joint, SCORE, ElementType.FLOAT);
    Value verdict =
        graph.node(
            "GreaterOrEqual", List.of(joint, graph.scalar(settings.threshold())), joint.shape());
    graph.output(verdict, ANOMALOUS, ElementType.BOOL);
    return graph;
  }

  private static Value map(GraphOps ops, Value patches, MapOperator operator) {
    Value a = ops.constant(operator.matrix());
    Value p = ops.reshape(patches, -1, operator.grid(), operator.grid());
    // A P A^T: rows, then columns
    return ops.transpose(ops.linear(ops.transpose(ops.linear(p, a), 0, 2, 1), a), 0, 2, 1);
  }

  private record Numbers(Value global, Value patches) {}

  private Numbers record(Graph graph, Dialect dialect, Precision precision) {
    LinearForm linear =
        precision == Precision.INT8 ? LinearForm.int8(Recorder::quantized) : LinearForm.exact();
    GraphOps ops = new GraphOps(graph, dialect, linear);
    HeadClip<Value> net = net(graph);
    Value text = constant(graph, "text_features", textFeatures());
    LocalProjections<Value> projections = projections(graph, ops, net);
    int s = settings.imageSize();
    Value pixels = graph.input(PIXELS, -1, 3, s, s);
    HeadClip.ImageFeatures<Value> features = net.imageFeatures(ops, pixels, projections);
    Value global =
        ops.reshape(net.abnormal(ops, net.probability(ops, features.global(), text)), -1);
    int patches = config.grid(s) * config.grid(s);
    Value each = ops.reshape(net.meanAbnormal(ops, features.local(), text), -1, patches);
    return new Numbers(global, each);
  }

  private static boolean quantized(String weight) {
    return weight.contains(".layers.") || weight.startsWith(FOLDED);
  }

  private static final String FOLDED = "local_projection_";

  private HeadClip<Value> net(Graph graph) {
    GraphWeights weights =
        new GraphWeights(
            graph, config, backbone.weights(), settings.imageSize(), settings.position());
    return new HeadClip<>(config, weights, settings);
  }

  private HostTensor textFeatures() {
    try (ClipTokenizer tokenizer = backbone.tokenizer()) {
      return Evaluation.of(
              (graph, ops) ->
                  List.of(
                      net(graph)
                          .textFeatures(
                              ops,
                              PromptText.ids(tokenizer, settings),
                              adapter.learned().map(ops::constant))))
          .get(0);
    }
  }

  /** With head weights: folded ones as constants; without: the backbone's own. */
  private LocalProjections<Value> projections(Graph graph, GraphOps ops, HeadClip<Value> net) {
    if (adapter.learned().headWeights().isEmpty()) {
      return net.projections(ops, java.util.Optional.empty());
    }
    List<HostTensor> folded =
        Evaluation.of(
            (g, o) ->
                net(g).projections(o, adapter.learned().headWeights().map(o::constant)).tensors());
    List<Value> constants = new ArrayList<>();
    for (HostTensor t : folded) {
      constants.add(constant(graph, FOLDED + constants.size(), t));
    }
    return LocalProjections.of(settings.localPath().first(), constants);
  }

  private static Value constant(Graph graph, String name, HostTensor t) {
    return graph.constant(name, Stored.of(t));
  }
}
