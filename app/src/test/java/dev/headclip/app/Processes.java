package dev.headclip.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line as processes of their own, as users run it. */
public final class Processes {
  private final Path dir;
  private final Map<String, String> environment;
  private int runs;

  /**
   * @param dir where they run
   */
  Processes(Path dir) {
    this(dir, Map.of());
  }

  /**
   * @param environment variables beside this process's
   */
  Processes(Path dir, Map<String, String> environment) {
    this.dir = dir;
    this.environment = environment;
  }

  /** How one ended. */
  public record Run(int code, String out, String err) {}

  /** One that runs. */
  record Running(Process process, Path out, Path err) {
    /** Something that a running process brings about. */
    interface Condition {
      boolean holds() throws IOException;
    }

    /** Waits for it, at most a minute. */
    void waitFor(Condition condition) throws IOException, InterruptedException {
      for (int i = 0; i < 12_000; i++) {
        if (condition.holds()) {
          return;
        }
        Thread.sleep(5);
      }
      process.destroyForcibly();
      throw new IllegalStateException("it did not come: " + Files.readString(err));
    }

    Run finish() throws IOException, InterruptedException {
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("still running: " + Files.readString(err));
      }
      return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }

  Running start(Object... args) throws IOException {
    return startTo(dir.resolve("stdout" + runs), args);
  }

  /** One whose results go to {@code out}. */
  Running startTo(Path out, Object... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // as the launcher starts it
    Arrays.stream(System.getProperty("headclip.java.quiet", "").split(" "))
        .filter(flag -> !flag.isBlank())
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    for (Object a : args) {
      command.add(a.toString());
    }
    Path err = dir.resolve("stderr" + runs++);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process p =
        builder
            .directory(dir.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Running(p, out, err);
  }

  Run run(Object... args) throws IOException, InterruptedException {
    return start(args).finish();
  }
}
