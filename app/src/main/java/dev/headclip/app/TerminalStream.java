package dev.headclip.app;

import dev.headclip.internal.text.Printable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Text for people. Names of files and classes may hold anything: here they can neither steer a
 * terminal nor forge a line.
 */
final class TerminalStream extends PrintStream {
  private final PrintStream to;
  private final boolean messages;

  /**
   * @param to where it goes
   * @param messages whether each {@code println} is one line
   */
  TerminalStream(PrintStream to, boolean messages) {
    super(to, false, StandardCharsets.UTF_8);
    this.to = to;
    this.messages = messages;
  }

  /** The stream as it is, for JSON and CSV. */
  static PrintStream data(PrintStream stream) {
    return stream instanceof TerminalStream t ? t.to : stream;
  }

  @Override
  public void print(String text) {
    super.print(Printable.lines(String.valueOf(text)));
    flush();
  }

  @Override
  public void println(String text) {
    String t = String.valueOf(text);
    super.print((messages ? Printable.line(t) : Printable.lines(t)) + System.lineSeparator());
    flush();
  }

  @Override
  public PrintStream printf(String form, Object... args) {
    return format(form, args);
  }

  /** What is put in is a part of a line. */
  @Override
  public PrintStream format(String form, Object... args) {
    Object[] safe =
        Arrays.stream(args)
            .map(a -> a instanceof Number ? a : Printable.line(String.valueOf(a)))
            .toArray();
    super.print(String.format(Locale.ROOT, form, safe));
    flush();
    return this;
  }

  @Override
  public boolean checkError() {
    return super.checkError() | to.checkError();
  }
}
