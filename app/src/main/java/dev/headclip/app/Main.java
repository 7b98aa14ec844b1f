package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.internal.text.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** {@code headclip VERB}. */
@Command(
    name = "headclip",
    description = "Finds and locates anomalies in images of kinds it has never seen.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = true,
    subcommands = {
      DetectCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      MetricsCommand.class,
      BenchmarkCommand.class,
      RememberCommand.class,
      CalibrateCommand.class,
      ExportCommand.class,
      ServeCommand.class,
      WatchCommand.class,
      DatasetsCommand.class,
      ModelsCommand.class,
      CompletionCommand.class
    })
public final class Main {
  /** All went well. */
  static final int OK = 0;

  /** Some images failed. */
  static final int SOME_FAILED = 1;

  /** Wrong usage, or the model does not work. */
  static final int UNUSABLE = 2;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Log what the libraries do, and show stack traces.")
  private boolean debug;

  @Option(
      names = Version.VERBOSE,
      description = "With --version: versions, machine, engines and caches, for a report.")
  private boolean verbose;

  private Main() {}

  public static void main(String[] args) {
    // file names must survive, whatever the locale
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(utf8(FileDescriptor.err));
    Stopper.listen();
    int code = run(args);
    System.exit(Stopper.code().orElse(code));
  }

  private static PrintStream utf8(FileDescriptor to) {
    return new PrintStream(new FileOutputStream(to), false, StandardCharsets.UTF_8);
  }

  /** Runs a command line, prints to System's streams, and returns its exit code. */
  static int run(String... args) {
    // before any library makes a logger
    boolean debug = java.util.Arrays.asList(args).contains("--debug");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", debug ? "info" : "off");
    System.setProperty("java.awt.headless", "true");
    Version.verbose(java.util.Arrays.asList(args).contains(Version.VERBOSE));
    CommandLine line = line();
    // the same figures and columns everywhere
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(new TerminalStream(out, false));
    System.setErr(new TerminalStream(err, true));
    try {
      prepare(named(line, args), args);
      int code = line.execute(args);
      line.getOut().flush();
      if (System.out.checkError()) {
        line.getErr().println("headclip: standard output cannot be written (full, or closed)");
        return UNUSABLE;
      }
      return code;
    } catch (HeadClipException e) {
      line.getErr().println("headclip: " + oneLine(e.getMessage()));
    } catch (OutOfMemoryError e) {
      line.getErr()
          .println("headclip: not enough memory; give Java more: HEADCLIP_JAVA_OPTS=-Xmx8g");
    } catch (StackOverflowError | LinkageError e) {
      line.getErr().println("headclip: internal error: %s".formatted(oneLine(e.toString())));
    } finally {
      System.out.flush();
      System.setOut(out);
      System.setErr(err);
    }
    return UNUSABLE;
  }

  /** All verbs. */
  static CommandLine line() {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // a file may be called @args.jpg
    line.setExpandAtFiles(false);
    // --normal a.jpg --prset x: the flag is misspelt, and no file
    line.setUnmatchedOptionsAllowedAsOptionParameters(false);
    line.setParameterExceptionHandler((e, a) -> wrongUsage(e));
    line.setExecutionExceptionHandler((e, c, r) -> failed(e, c, main.debug));
    return line;
  }

  /** All verbs with all their flags, for documentation. */
  public static CommandLine commands() {
    CommandLine line = line();
    withSettings(line);
    return line;
  }

  private static void withSettings(CommandLine of) {
    if (of.getCommandSpec().userObject() instanceof WithSettings command) {
      command.addSettings(of.getCommandSpec(), Map.of());
    }
    of.getSubcommands().values().forEach(Main::withSettings);
  }

  /** The command that the first words name: {@code detect}, {@code models pretrain}. */
  private static CommandLine named(CommandLine line, String... args) {
    CommandLine found = line;
    for (String word : args) {
      CommandLine next = found.getSubcommands().get(word);
      if (next == null) {
        break;
      }
      found = next;
    }
    return found;
  }

  /** Flags that come from settings, and values from a file. */
  private static void prepare(CommandLine verb, String... args) {
    CommandSpec spec = verb.getCommandSpec();
    Optional<Path> config = ConfigFile.named(args);
    Map<String, String> fromFile = config.map(ConfigFile::values).orElse(Map.of());
    if (spec.userObject() instanceof WithSettings command) {
      Map<String, String> given = new LinkedHashMap<>(fromFile);
      given.putAll(ConfigFile.values(args));
      command.addSettings(spec, given);
    }
    config.ifPresent(
        f -> verb.setDefaultValueProvider(ConfigFile.of(f.toString(), fromFile, spec)));
  }

  private static int wrongUsage(ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("headclip: " + oneLine(e.getMessage()));
    err.println("see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
    return UNUSABLE;
  }

  private static int failed(Exception e, CommandLine c, boolean debug) {
    boolean expected = e instanceof HeadClipException || e instanceof IllegalArgumentException;
    String text =
        expected
            ? SettingFlags.named(c.getCommandSpec(), e)
            : "internal error: %s; please report it with the output of --debug".formatted(e);
    c.getErr().println("headclip: " + oneLine(text));
    if (debug) {
      e.printStackTrace(c.getErr());
    }
    return UNUSABLE;
  }

  private static String oneLine(String text) {
    return Printable.line(String.valueOf(text));
  }
}
