package dev.headclip.onnx;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.Precision;
import dev.headclip.method.Adapter;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.method.RecordableScoring;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.tokenizer.ClipTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Records a model: a method's network with everything that does not depend on the image as
 * constants, and its scoring.
 */
final class Recorder {
  static final String PIXELS = "pixels";
  static final String ANOMALOUS = "anomalous";

  /** What stands before the names of inputs that depend on the class. */
  static final String WORDS = "words.";

  /** Outputs that a scoring may give. */
  static final Set<String> OUTPUTS =
      Set.of(
          RecordableScoring.MAP,
          RecordableScoring.GLOBAL,
          RecordableScoring.LOCAL,
          RecordableScoring.SCORE,
          ReferenceScoring.RAW_MAP,
          ReferenceScoring.RAW_SCORE);

  private static final String PREPARED = "prepared.";

  private final ClipModel model;
  private final Backbone backbone;
  private final Adapter adapter;
  private final ClipTokenizer tokenizer;

  Recorder(ClipModel model) {
    this.model = model;
    this.backbone = model.backbone();
    this.adapter = model.adapter();
    this.tokenizer = backbone.tokenizer();
  }

  /**
   * From pixels [N,3,S,S] to the method's evidence, or to its features where evidence looks at
   * values; what depends on the class is an input, for methods that name it.
   *
   * @param like a class whose words have the shapes of those inputs
   */
  Graph network(Dialect dialect, Precision precision, ClassName like) {
    Graph graph = new Graph();
    Tensors<Value> words =
        model.wantsClassName() ? inputs(graph, like) : constants(graph, words(like));
    Tensors<Value> results =
        adapter.method().readsValues()
            ? features(graph, dialect, precision, words)
            : evidence(graph, dialect, precision, words);
    results.named().forEach((name, v) -> graph.output(v, name, ElementType.FLOAT));
    return graph;
  }

  /**
   * From pixels [N,3,S,S] to map, scores and verdict.
   *
   * @param name of what the images show
   */
  Graph detector(Dialect dialect, Precision precision, ClassName name) {
    RecordableScoring scoring = scoring(model);
    Graph graph = new Graph();
    Tensors<Value> words = constants(graph, words(name));
    Tensors<Value> evidence = evidence(graph, dialect, precision, words);
    GraphOps ops = new GraphOps(graph, dialect, LinearForm.exact());
    Tensors<Value> compared =
        model.references().map(r -> evidence.and(r.scorer().of(ops, evidence))).orElse(evidence);
    Tensors<Value> scores = scoring.record(ops, compared);
    scores.named().entrySet().stream()
        .filter(e -> OUTPUTS.contains(e.getKey()))
        .forEach(e -> graph.output(e.getValue(), e.getKey(), ElementType.FLOAT));
    Value score = scores.get(RecordableScoring.SCORE);
    Value threshold = graph.scalar(model.threshold().value());
    Value verdict = graph.node("GreaterOrEqual", List.of(score, threshold), score.shape());
    graph.output(verdict, ANOMALOUS, ElementType.BOOL);
    return graph;
  }

  /** The scoring of a model that can be recorded. */
  static RecordableScoring scoring(ClipModel model) {
    obstacle(model)
        .ifPresent(
            why -> {
              throw new HeadClipException(
                  "%s (method %s) cannot be exported: %s"
                      .formatted(model.name(), model.method(), why));
            });
    return (RecordableScoring) model.scoring();
  }

  /** Why a model cannot be recorded with its scoring; empty where it can. */
  static Optional<String> obstacle(ClipModel model) {
    if (!model.adapter().method().views().whole()) {
      return Optional.of("it sees several views of an image");
    }
    if (model.references().filter(r -> !r.tiling().plain()).isPresent()) {
      return Optional.of(
          "its references were looked at in parts of images; remember them without --tiles");
    }
    if (model.adapts()) {
      return Optional.of("it adapts to every image");
    }
    if (model.adapter().method().readsValues()) {
      return Optional.of("it chooses among an image's patches outside the network");
    }
    return model.scoring() instanceof RecordableScoring
        ? Optional.empty()
        : Optional.of("its scoring is not part of the network");
  }

  /** A network for what comes after its features, in plain Java. */
  static Network<HostTensor> evidence(ClipModel model) {
    ClipConfig config = model.backbone().config();
    // sentences may be encoded while it is made
    ClipTokenizer tokenizer = model.backbone().tokenizer();
    return model.network(
        new Clip<>(
            config,
            name -> {
              throw new IllegalStateException(name + ": features are there already");
            },
            tokenizer));
  }

  private Tensors<Value> evidence(
      Graph graph, Dialect dialect, Precision precision, Tensors<Value> words) {
    return stages(graph, dialect, precision, words, true);
  }

  private Tensors<Value> features(
      Graph graph, Dialect dialect, Precision precision, Tensors<Value> words) {
    return stages(graph, dialect, precision, words, false);
  }

  private Tensors<Value> stages(
      Graph graph, Dialect dialect, Precision precision, Tensors<Value> words, boolean evidence) {
    LinearForm linear =
        precision == Precision.INT8 ? LinearForm.int8(Recorder::quantized) : LinearForm.exact();
    GraphOps ops = new GraphOps(graph, dialect, linear);
    Tensors<Value> known = constants(graph, prepared()).and(words);
    int side = adapter.method().imageSize();
    Value pixels = graph.input(PIXELS, -1, 3, side, side);
    Network<Value> network = network(graph);
    Tensors<Value> features = network.features(ops, pixels, known);
    return evidence ? network.evidence(ops, features, known) : features;
  }

  /** The layers' weights, and what was made of them; not what is shared by few products. */
  private static boolean quantized(String weight) {
    return weight.contains(".layers.");
  }

  private Network<Value> network(Graph graph) {
    GraphWeights weights =
        new GraphWeights(
            graph,
            backbone.config(),
            backbone.weights(),
            adapter.method().imageSize(),
            adapter.method().position());
    return model.network(new Clip<>(backbone.config(), weights, tokenizer));
  }

  private interface Stage {
    Tensors<Value> of(Network<Value> network, GraphOps ops, Tensors<Value> learned);
  }

  /** What the learned numbers give by themselves. */
  Tensors<HostTensor> prepared() {
    return computed((network, ops, learned) -> network.prepare(ops, learned));
  }

  /** What a class's name gives. */
  Tensors<HostTensor> words(ClassName name) {
    return computed((network, ops, learned) -> network.words(ops, learned, name));
  }

  private Tensors<HostTensor> computed(Stage stage) {
    AtomicReference<Tensors<Value>> recorded = new AtomicReference<>();
    List<HostTensor> values =
        Computation.of(
            (graph, ops) -> {
              Tensors<Value> learned = adapter.learned().map(ops::constant);
              recorded.set(stage.of(network(graph), ops, learned));
              return recorded.get().list();
            });
    return recorded.get().withList(values);
  }

  private static Tensors<Value> constants(Graph graph, Tensors<HostTensor> values) {
    Tensors<Value> all = Tensors.none();
    for (String name : values.names()) {
      Value v = graph.constant(PREPARED + name, Stored.of(values.get(name)));
      all = all.with(name, v);
    }
    return all;
  }

  /** Inputs of the shapes that a class's words have; nothing is computed. */
  private Tensors<Value> inputs(Graph graph, ClassName like) {
    Graph aside = new Graph();
    GraphOps ops = new GraphOps(aside, Dialect.FUSED, LinearForm.exact());
    Tensors<Value> learned = adapter.learned().map(ops::constant);
    Tensors<Value> shapes = network(aside).words(ops, learned, like);
    Tensors<Value> all = Tensors.none();
    for (String name : shapes.names()) {
      all = all.with(name, graph.input(WORDS + name, shapes.get(name).shape()));
    }
    return all;
  }
}
