package dev.headclip.training.spi;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.method.MethodConfig;
import java.util.ServiceLoader;

/** An engine that differentiates. */
public interface LearningEngine {
  /** Its name, as in {@code --engine}. */
  String name();

  /**
   * Loads a backbone for a method.
   *
   * @param device cpu, gpu, or gpu:N counted from 0
   * @throws HeadClipException where this machine or build does not have the device
   */
  Learner open(Backbone backbone, MethodConfig<?> method, String device);

  /** Throws where this machine or build does not have a device. */
  void requireDevice(String device);

  /** Sets the threads that one computation uses, for the whole process. */
  void useThreads(int threads);

  /** The one on the class path. */
  static LearningEngine find() {
    return ServiceLoader.load(LearningEngine.class)
        .findFirst()
        .orElseThrow(
            () ->
                new HeadClipException(
                    "no engine that learns on the class path, expected headclip-torch; add it as a dependency"));
  }
}
