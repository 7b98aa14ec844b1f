package dev.headclip.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The command line in this process; {@link Processes} is the slower, real thing. */
public record Commands(Path dir) {
  /**
   * Runs it.
   *
   * @param args paths are those below the folder
   */
  public Processes.Run run(Object... args) {
    String[] text = Arrays.stream(args).map(this::text).toArray(String[]::new);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream toOut = new ByteArrayOutputStream();
    ByteArrayOutputStream toErr = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
      int code = Main.run(text);
      return new Processes.Run(code, utf8(toOut), utf8(toErr));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private String text(Object arg) {
    return arg instanceof Path p ? dir.resolve(p).toString() : arg.toString();
  }

  private static String utf8(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
