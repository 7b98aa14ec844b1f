package dev.headclip.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.internal.files.WorkFolder;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** ONNX Runtime: sessions of models in memory or in files. */
final class Ort {
  /** Larger models go through a file, so that they are never in Java's memory as a whole. */
  private static final long IN_MEMORY = 64_000_000;

  private Ort() {}

  /**
   * A session with what it needs until it closes.
   *
   * @param files a folder that it reads from
   */
  record Open(OrtSession session, OrtSession.SessionOptions options, Optional<WorkFolder> files)
      implements AutoCloseable {
    @Override
    public void close() {
      try (options) {
        session.close();
      } catch (OrtException e) {
        throw failed("the session cannot be closed", e);
      } finally {
        files.ifPresent(WorkFolder::close);
      }
    }
  }

  /** Asked for once: ONNX Runtime warns whoever asks again under another name. */
  private static final class Environment {
    // errors come as exceptions, too
    private static final OrtEnvironment ONE =
        NativeLibraries.use(
            () ->
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "headclip"));
  }

  static OrtEnvironment environment() {
    try {
      return Environment.ONE;
    } catch (RuntimeException | LinkageError e) {
      throw new HeadClipException(
          "ONNX Runtime cannot be loaded (%s); its library is unpacked to %s, which must allow programs, and needs glibc on Linux; the torch engine does without"
              .formatted(
                  String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()),
                  CacheFolder.of("native")
                      .map(Path::toString)
                      .orElse(System.getProperty("java.io.tmpdir"))),
          e);
    }
  }

  /** For a graph that runs once: nothing is optimized or packed for later. */
  static OrtSession.SessionOptions once() {
    try {
      OrtSession.SessionOptions o = new OrtSession.SessionOptions();
      o.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      o.addConfigEntry("session.disable_prepacking", "1");
      return o;
    } catch (OrtException e) {
      throw failed("session options", e);
    }
  }

  /** For inference. */
  static OrtSession.SessionOptions inference(EngineSettings settings) {
    environment();
    OrtSession.SessionOptions o = new OrtSession.SessionOptions();
    try {
      o.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      threads(settings).ifPresent(n -> setThreads(o, n));
      if (settings.gpu()) {
        gpu(o);
      }
      return o;
    } catch (OrtException e) {
      o.close();
      throw failed("session options", e);
    } catch (RuntimeException e) {
      o.close();
      throw e;
    }
  }

  /** For steps between runs of a network, whose threads do not wait in vain for the next. */
  static OrtSession.SessionOptions steps(EngineSettings settings) {
    OrtSession.SessionOptions o = inference(settings);
    try {
      o.addConfigEntry("session.intra_op.allow_spinning", "0");
      return o;
    } catch (OrtException e) {
      o.close();
      throw failed("session options", e);
    }
  }

  /**
   * Where none are asked for, ONNX Runtime takes the machine's cores, whatever share of them a
   * container has: Java knows.
   */
  private static OptionalInt threads(EngineSettings settings) {
    if (settings.threads() > 0) {
      return OptionalInt.of(settings.threads());
    }
    int ours = Runtime.getRuntime().availableProcessors();
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      long machine = lines.filter(l -> l.startsWith("processor")).count();
      return ours < machine ? OptionalInt.of(ours) : OptionalInt.empty();
    } catch (IOException | UncheckedIOException e) {
      return OptionalInt.empty();
    }
  }

  private static void setThreads(OrtSession.SessionOptions o, int threads) {
    try {
      o.setIntraOpNumThreads(threads);
    } catch (OrtException e) {
      throw failed("threads " + threads, e);
    }
  }

  private static void gpu(OrtSession.SessionOptions o) {
    try {
      o.addCUDA(0);
    } catch (OrtException e) {
      throw new HeadClipException(
          "device gpu: ONNX Runtime finds no usable GPU (%s); expected onnxruntime_gpu on the class path, CUDA 12 and cuDNN 9; see docs/onnx.md"
              .formatted(message(e)),
          e);
    }
  }

  /** Opens a model; takes over {@code options}. */
  static Open open(ModelFile model, OrtSession.SessionOptions options) {
    if (model.size() <= IN_MEMORY) {
      return opened(
          options, Optional.empty(), () -> environment().createSession(model.bytes(), options));
    }
    WorkFolder folder = WorkFolder.temporary();
    try {
      Path file = folder.path().resolve("model.onnx");
      model.writeWithData(file);
      return opened(
          options,
          Optional.of(folder),
          () -> environment().createSession(file.toString(), options));
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Opens a model file; takes over {@code options}. */
  static Open open(Path file, OrtSession.SessionOptions options) {
    return opened(
        options, Optional.empty(), () -> environment().createSession(file.toString(), options));
  }

  private interface Creation {
    OrtSession create() throws OrtException;
  }

  private static Open opened(
      OrtSession.SessionOptions options, Optional<WorkFolder> files, Creation creation) {
    try {
      return new Open(creation.create(), options, files);
    } catch (OrtException e) {
      options.close();
      throw failed("ONNX Runtime cannot load the model", e);
    } catch (RuntimeException e) {
      options.close();
      throw e;
    }
  }

  /** The numbers of a result. */
  static HostTensor host(OnnxTensor t) {
    FloatBuffer b = t.getFloatBuffer();
    float[] data = new float[b.remaining()];
    b.get(data);
    return new HostTensor(t.getInfo().getShape(), data);
  }

  static HeadClipException failed(String what, OrtException e) {
    return new HeadClipException("%s (%s)".formatted(what, message(e)), e);
  }

  private static String message(OrtException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
  }

  /** Every result by its name. */
  static Tensors<HostTensor> host(OrtSession.Result result) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    result.forEach(e -> all.put(e.getKey(), host((OnnxTensor) e.getValue())));
    return new Tensors<>(all);
  }

  /** Inputs by name; {@link #run} closes them. */
  static Map<String, OnnxTensor> tensors(Map<String, HostTensor> values) throws OrtException {
    Map<String, OnnxTensor> all = new HashMap<>();
    try {
      for (Map.Entry<String, HostTensor> e : values.entrySet()) {
        FloatBuffer data = FloatBuffer.wrap(e.getValue().data());
        all.put(e.getKey(), OnnxTensor.createTensor(environment(), data, e.getValue().shape()));
      }
      return all;
    } catch (OrtException | RuntimeException e) {
      all.values().forEach(OnnxTensor::close);
      throw e;
    }
  }

  /** All results; the inputs are closed. */
  static Tensors<HostTensor> run(Open open, Map<String, OnnxTensor> inputs) throws OrtException {
    try (OrtSession.Result result = open.session().run(inputs)) {
      return host(result);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  /** The shapes of a session's inputs whose name begins so. */
  static Map<String, List<Long>> inputShapes(Open open, String prefix) {
    try {
      Map<String, List<Long>> all = new HashMap<>();
      for (NodeInfo input : open.session().getInputInfo().values()) {
        if (input.getName().startsWith(prefix)) {
          all.put(input.getName(), list(((TensorInfo) input.getInfo()).getShape()));
        }
      }
      return all;
    } catch (OrtException e) {
      throw failed("the model's inputs cannot be read", e);
    }
  }

  /** A shape that can be a key. */
  static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
