package dev.headclip.server.internal.api;

import dev.headclip.server.settings.OnnxWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All that is answered. */
public final class Api {
  private Api() {}

  /**
   * The routes.
   *
   * @param watch live results
   * @param tokenAsked whether requests must show one
   */
  public static List<Route> routes(
      Services services,
      WatchApi watch,
      Optional<OnnxWriter> onnx,
      boolean watching,
      boolean tokenAsked) {
    List<Route> all = new ArrayList<>();
    all.addAll(new SystemApi(services, watching, tokenAsked).routes());
    all.addAll(new DetectApi(services).routes());
    all.addAll(new ImagesApi(services).routes());
    all.addAll(new BatchesApi(services).routes());
    all.addAll(new ModelsApi(services, onnx).routes());
    all.addAll(new CalibrateApi(services).routes());
    all.addAll(watch.routes());
    all.addAll(new Pages().routes());
    return List.copyOf(all);
  }

  /** Whether an exception means that the asker has left. */
  public static boolean left(Throwable e) {
    return e instanceof Scorer.Left;
  }
}
