package dev.headclip.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.files.WorkFolder;
import java.nio.file.Path;

/** ONNX Runtime: sessions of models in memory or in files. */
final class Runtime {
  /** Larger models go through a file, so that they are never in Java's memory as a whole. */
  private static final long IN_MEMORY = 64_000_000;

  private Runtime() {}

  /** A session with the options that it needs until it closes. */
  record Open(OrtSession session, OrtSession.SessionOptions options) implements AutoCloseable {
    @Override
    public void close() {
      try (options) {
        session.close();
      } catch (OrtException e) {
        throw failed("the session cannot be closed", e);
      }
    }
  }

  /** Asked for once: ONNX Runtime warns whoever asks again under another name. */
  private static final class Environment {
    // errors come as exceptions, too
    private static final OrtEnvironment ONE =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "headclip");
  }

  static OrtEnvironment environment() {
    return Environment.ONE;
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
    try {
      OrtSession.SessionOptions o = new OrtSession.SessionOptions();
      o.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      if (settings.threads() > 0) {
        o.setIntraOpNumThreads(settings.threads());
      }
      if (settings.gpu()) {
        gpu(o);
      }
      return o;
    } catch (OrtException e) {
      throw failed("session options", e);
    }
  }

  private static void gpu(OrtSession.SessionOptions o) {
    try {
      o.addCUDA(0);
    } catch (OrtException e) {
      throw new HeadClipException(
          "--device gpu: ONNX Runtime finds no usable GPU (%s); expected onnxruntime_gpu on the class path, CUDA 12 and cuDNN 9; see docs/onnx.md"
              .formatted(message(e)),
          e);
    }
  }

  /** Opens a model; takes over {@code options}. */
  static Open open(ModelFile model, OrtSession.SessionOptions options) {
    if (model.size() <= IN_MEMORY) {
      return opened(options, () -> environment().createSession(model.bytes(), options));
    }
    // what the session maps stays readable on Unix when it goes; elsewhere it has been read
    try (WorkFolder folder = WorkFolder.temporary()) {
      Path file = folder.path().resolve("model.onnx");
      model.writeWithData(file);
      return open(file, options);
    }
  }

  /** Opens a model file; takes over {@code options}. */
  static Open open(Path file, OrtSession.SessionOptions options) {
    return opened(options, () -> environment().createSession(file.toString(), options));
  }

  private interface Creation {
    OrtSession create() throws OrtException;
  }

  private static Open opened(OrtSession.SessionOptions options, Creation creation) {
    try {
      return new Open(creation.create(), options);
    } catch (OrtException e) {
      options.close();
      throw failed("ONNX Runtime cannot load the model", e);
    } catch (RuntimeException e) {
      options.close();
      throw e;
    }
  }

  static HeadClipException failed(String what, OrtException e) {
    return new HeadClipException("%s (%s)".formatted(what, message(e)), e);
  }

  private static String message(OrtException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
  }
}
