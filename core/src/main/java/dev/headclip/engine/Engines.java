package dev.headclip.engine;

import dev.headclip.HeadClipException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The engines on the class path. */
public final class Engines {
  private Engines() {}

  /** All of them, best first. */
  public static List<Engine> all() {
    return ServiceLoader.load(Engine.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(Engine::rank).reversed())
        .toList();
  }

  /** The best one. */
  public static Engine best() {
    return all().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new HeadClipException(
                    "no engine on the class path, expected headclip-onnx or headclip-torch; add one as a dependency"));
  }

  /** The one called so, or the best one. */
  public static Engine of(Optional<String> name) {
    return name.map(Engines::named).orElseGet(Engines::best);
  }

  /** The one called {@code name}. */
  public static Engine named(String name) {
    return all().stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new HeadClipException(
                    "engine %s is not in this build, expected one of %s"
                        .formatted(name, all().stream().map(Engine::name).toList())));
  }
}
