package dev.headclip.app;

import dev.headclip.hub.HubSettings;
import dev.headclip.hub.Sizes;
import dev.headclip.internal.files.CacheHome;
import dev.headclip.method.Methods;
import dev.headclip.model.BuiltInModels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a report of a fault should say: versions, machine, engines, caches. Nothing secret. */
final class SystemFacts {
  private SystemFacts() {}

  static Map<String, String> all() {
    Map<String, String> f = new LinkedHashMap<>();
    f.put("headclip", dev.headclip.Version.text());
    f.put(
        "java",
        "%s, %s, %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")));
    f.put(
        "system",
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    f.put("processor", processor());
    f.put(
        "memory",
        "%s for Java, %s in all"
            .formatted(Sizes.text(Runtime.getRuntime().maxMemory()), allMemory()));
    f.put("locale", "%s, %s".formatted(Locale.getDefault(), System.getProperty("file.encoding")));
    f.put("onnxruntime", jar("ai.onnxruntime.OrtEnvironment", "onnxruntime"));
    f.put("djl", jar("ai.djl.Model", "api"));
    f.put("libtorch", libtorch());
    f.put("methods", String.join(", ", Methods.names()));
    f.put("models", String.join(", ", BuiltInModels.names()));
    HubSettings hub = HubSettings.of(System.getenv());
    f.put("cache", held(CacheHome.of(System.getenv())));
    f.put("hub cache", held(hub.hubCache()));
    f.put(
        "hub",
        "%s%s%s"
            .formatted(
                hub.endpoint(),
                hub.token().isPresent() ? ", with a token" : "",
                hub.offline() ? ", offline" : ""));
    return f;
  }

  private static String processor() {
    String cores = Runtime.getRuntime().availableProcessors() + " cores";
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"))
          .map(p -> p + ", " + cores)
          .orElse(cores);
    }
    try (Stream<String> lines = Files.lines(info)) {
      List<String> all = lines.toList();
      String name = first(all, "model name");
      String flags = " " + first(all, "flags") + " ";
      String vectors =
          flags.contains(" avx512f ") ? "AVX-512" : flags.contains(" avx2 ") ? "AVX2" : "";
      return Stream.of(name, cores, vectors)
          .filter(t -> !t.isBlank())
          .reduce((a, b) -> a + ", " + b)
          .orElse(cores);
    } catch (IOException | RuntimeException e) {
      return cores;
    }
  }

  private static String first(List<String> lines, String key) {
    return lines.stream()
        .filter(l -> l.startsWith(key))
        .findFirst()
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .orElse("");
  }

  private static String allMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? Sizes.text(os.getTotalMemorySize())
        : "an unknown amount";
  }

  /** The version in a jar's name: most libraries say it nowhere else. */
  private static String jar(String type, String name) {
    try {
      var source =
          Class.forName(type, false, SystemFacts.class.getClassLoader())
              .getProtectionDomain()
              .getCodeSource();
      String file = Path.of(source.getLocation().toURI()).getFileName().toString();
      return file.replaceFirst("^" + name + "(_gpu)?-", "").replaceFirst("\\.jar$", "");
    } catch (ReflectiveOperationException | java.net.URISyntaxException | RuntimeException e) {
      return "not here";
    }
  }

  private static String libtorch() {
    var file = SystemFacts.class.getResource("/native/lib/pytorch.properties");
    if (file == null) {
      return "not here: training and --engine torch need it";
    }
    String place = file.toString().replaceFirst("!.*", "");
    return place
        .substring(place.lastIndexOf('/') + 1)
        .replaceFirst("^pytorch-native-", "")
        .replaceFirst("\\.jar$", "");
  }

  private static String held(Path folder) {
    if (!Files.isDirectory(folder)) {
      return folder + " (not there)";
    }
    try (Stream<Path> all = Files.walk(folder)) {
      long bytes =
          all.filter(p -> Files.isRegularFile(p, java.nio.file.LinkOption.NOFOLLOW_LINKS))
              .mapToLong(p -> p.toFile().length())
              .sum();
      return "%s (%s)".formatted(folder, Sizes.text(bytes));
    } catch (IOException | RuntimeException e) {
      return folder + " (cannot be read)";
    }
  }
}
