package dev.headclip.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import dev.headclip.HeadClipException;

/** The one libtorch of this process. */
public final class Torch {
  static {
    // DJL reports its use over the network otherwise
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
  }

  private Torch() {}

  private static Engine engine;

  /** Loads libtorch at the first call; unpacks it to ~/.djl.ai once. */
  public static synchronized Engine engine() {
    if (engine == null) {
      try {
        engine = Engine.getEngine("PyTorch");
      } catch (RuntimeException | LinkageError e) {
        throw new HeadClipException(
            "libtorch cannot be loaded (%s); it needs 64-bit Linux, macOS on ARM or Windows, and about 500 MB under ~/.djl.ai"
                .formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
            e);
      }
    }
    return engine;
  }

  /** A new root of native memory; whoever asks closes it. */
  public static NDManager manager() {
    return engine().newBaseManager(ai.djl.Device.cpu());
  }
}
