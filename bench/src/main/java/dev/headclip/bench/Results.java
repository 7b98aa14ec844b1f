package dev.headclip.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** A results file: what was measured, where, of which commit. */
final class Results {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Results() {}

  /** A new object with machine, commit and date. */
  static ObjectNode begin(String bench) {
    ObjectNode o = JSON.createObjectNode().put("bench", bench);
    o.put("date", Instant.now().toString());
    o.put("commit", Objects.requireNonNullElse(System.getenv("HEADCLIP_COMMIT"), "unknown"));
    o.putObject("machine")
        .put("cpu", proc("/proc/cpuinfo", "model name"))
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("memory", proc("/proc/meminfo", "MemTotal"))
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    return o;
  }

  private static String proc(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(l -> l.startsWith(key))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Resident memory of this process, MB; peak or now. */
  static long megabytes(boolean peak) {
    String kb = proc("/proc/self/status", peak ? "VmHWM" : "VmRSS");
    return kb.equals("unknown") ? -1 : Long.parseLong(kb.split(" ")[0]) / 1024;
  }

  /** Writes {@code bench/results/NAME.json} and prints it. */
  static void write(String name, ObjectNode results) {
    try {
      String text = JSON.writeValueAsString(results);
      Path file = Path.of(System.getProperty("headclip.results", "."), name + ".json");
      AtomicFiles.writeText(file, text + "\n");
      System.out.println(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
