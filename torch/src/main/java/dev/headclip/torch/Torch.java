package dev.headclip.torch;

import ai.djl.Device;
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

  /**
   * Loads libtorch at the first call; unpacks it to ~/.djl.ai once, or to a folder of this process.
   */
  public static synchronized Engine engine() {
    if (engine == null) {
      NativeHome.choose();
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
    return manager(Device.cpu());
  }

  /** A new root of memory on a device. */
  public static NDManager manager(Device device) {
    return engine().newBaseManager(device);
  }

  /**
   * The device called {@code name}.
   *
   * @param name cpu, gpu, or gpu:N counted from 0
   * @throws HeadClipException where this machine or build does not have it
   */
  public static Device device(String name) {
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    if (!name.matches("gpu(:\\d{1,3})?")) {
      throw new HeadClipException("device is %s, expected cpu, gpu or gpu:N".formatted(name));
    }
    int n = name.contains(":") ? Integer.parseInt(name.substring(4)) : 0;
    int found = engine().getGpuCount();
    if (n >= found) {
      throw new HeadClipException(
          "device %s: libtorch sees %d GPUs here; it needs an NVIDIA card with its driver and a build with -P gpu; use the cpu"
              .formatted(name, found));
    }
    return Device.gpu(n);
  }

  /** Sets the threads that one computation uses, for the whole process. */
  public static void useThreads(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads is %d, expected 1 to 1024".formatted(threads));
    }
    engine();
    ai.djl.pytorch.jni.JniUtils.setNumThreads(threads);
  }

  /** What the last bits of sums depend on: version and threads. */
  public static String machine() {
    return "libtorch %s, %d threads, %d GPUs"
        .formatted(engine().getVersion(), threads(), engine().getGpuCount());
  }

  /** Threads that one computation uses. */
  public static int threads() {
    engine();
    return ai.djl.pytorch.jni.JniUtils.getNumThreads();
  }
}
