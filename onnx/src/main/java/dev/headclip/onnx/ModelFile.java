package dev.headclip.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.headclip.internal.files.AtomicFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes graphs as ONNX models: in one piece, or with the large constants in a file beside. */
final class ModelFile {
  /** Protocol buffers end at 2 GiB; a model of this size goes in two files. */
  static final long ONE_FILE = 1_800_000_000L;

  private static final int OPSET = 17;
  private static final int IR_VERSION = 8;
  private static final int SMALL = 4096;
  // pages, so that a runtime may map the file
  private static final int ALIGNMENT = 4096;
  private static final String FREE = "N";

  private final Graph graph;
  private final Map<String, String> metadata;
  private final Map<String, Stored> constants;
  private final List<NodeProto> widening = new ArrayList<>();

  ModelFile(Graph graph, Map<String, String> metadata) {
    this(graph, metadata, false);
  }

  /**
   * @param half whether large constants are stored in half precision, and widened when the model is
   *     loaded
   */
  ModelFile(Graph graph, Map<String, String> metadata, boolean half) {
    this.graph = graph;
    this.metadata = metadata;
    this.constants = new LinkedHashMap<>();
    graph
        .neededConstants()
        .forEach(
            (name, s) -> {
              // scales of int8 weights may be too small for half precision
              boolean wide = name.endsWith(Int8.SCALE) || s.length() < SMALL;
              if (half && s.type() == ElementType.FLOAT && !wide) {
                constants.put(name + ".half", s.halved());
                widening.add(widen(name));
              } else {
                constants.put(name, s);
              }
            });
  }

  private static NodeProto widen(String name) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .setName(name + ".widen")
        .addInput(name + ".half")
        .addOutput(name)
        .addAttribute(Graph.attribute("to", ElementType.FLOAT.code()))
        .build();
  }

  /** Bytes of all constants. */
  long size() {
    return constants.values().stream().mapToLong(Stored::length).sum();
  }

  byte[] bytes() {
    return whole().toByteArray();
  }

  private ModelProto whole() {
    GraphProto.Builder g = skeleton();
    constants.forEach((name, s) -> g.addInitializer(header(name, s).setRawData(raw(s))));
    return model(g);
  }

  private static ByteString raw(Stored s) {
    // not copied: the buffer was made for this
    return UnsafeByteOperations.unsafeWrap(content(s));
  }

  /** One file where it fits, else two: constants go to a file {@code dataName} beside. */
  void write(Path file, String dataName) {
    if (size() < ONE_FILE) {
      ModelProto all = whole();
      AtomicFiles.write(file, all::writeTo);
    } else {
      writeWithData(file, dataName);
    }
  }

  /** Two files: the constants are streamed, none but the present one is in memory. */
  void writeWithData(Path file) {
    writeWithData(file, file.getFileName() + ".data");
  }

  private void writeWithData(Path file, String dataName) {
    GraphProto.Builder g = skeleton();
    AtomicFiles.write(file.resolveSibling(dataName), o -> g.mergeFrom(stream(o, dataName)));
    AtomicFiles.write(file, model(g)::writeTo);
  }

  private GraphProto stream(OutputStream to, String dataName) throws IOException {
    GraphProto.Builder g = GraphProto.newBuilder();
    long at = 0;
    try (OutputStream out = new BufferedOutputStream(to, 1 << 16)) {
      for (Map.Entry<String, Stored> c : constants.entrySet()) {
        Stored s = c.getValue();
        TensorProto.Builder t = header(c.getKey(), s);
        if (s.length() < SMALL) {
          g.addInitializer(t.setRawData(raw(s)));
          continue;
        }
        int gap = (int) ((ALIGNMENT - at % ALIGNMENT) % ALIGNMENT);
        out.write(new byte[gap]);
        at += gap;
        ByteBuffer content = content(s);
        out.write(content.array(), content.arrayOffset(), content.limit());
        g.addInitializer(
            t.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", dataName))
                .addExternalData(entry("offset", Long.toString(at)))
                .addExternalData(entry("length", Long.toString(s.length()))));
        at += s.length();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return g.build();
  }

  private static ByteBuffer content(Stored s) {
    ByteBuffer b = s.bytes().get();
    if (b.limit() != s.length()) {
      throw new IllegalStateException(
          "a constant of %d bytes, found %d".formatted(s.length(), b.limit()));
    }
    return b;
  }

  private GraphProto.Builder skeleton() {
    GraphProto.Builder g = GraphProto.newBuilder().setName("headclip");
    g.addAllNode(widening);
    for (NodeProto n : graph.needed()) {
      g.addNode(n);
    }
    graph.inputs().forEach(p -> g.addInput(port(p)));
    graph.outputs().forEach(p -> g.addOutput(port(p)));
    return g;
  }

  private static TensorProto.Builder header(String name, Stored s) {
    TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(s.type().code());
    for (long d : s.shape()) {
      t.addDims(d);
    }
    return t;
  }

  private static ValueInfoProto port(Graph.Port p) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long d : p.shape()) {
      TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
      if (d < 0) {
        dim.setDimParam(FREE);
      } else {
        dim.setDimValue(d);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(p.name())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(p.type().code()).setShape(shape)))
        .build();
  }

  private ModelProto model(GraphProto.Builder g) {
    ModelProto.Builder m =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("HeadCLIP for Java")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(g);
    if (g.getNodeList().stream().anyMatch(n -> n.getDomain().equals(Graph.MICROSOFT))) {
      m.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(Graph.MICROSOFT).setVersion(1));
    }
    metadata.forEach((k, v) -> m.addMetadataProps(entry(k, v)));
    return m.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
