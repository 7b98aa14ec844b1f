package dev.headclip.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IVersionProvider;

/** For {@code --version}, and with {@code --verbose} what a report of a fault should say. */
final class Version implements IVersionProvider {
  /** Whether the machine, the engines and the caches are told as well. */
  static final String VERBOSE = "--verbose";

  private static final ThreadLocal<Boolean> ALL = ThreadLocal.withInitial(() -> false);

  /** Of this command line. */
  static void verbose(boolean is) {
    ALL.set(is);
  }

  @Override
  public String[] getVersion() {
    if (!ALL.get()) {
      return new String[] {"headclip " + dev.headclip.Version.text()};
    }
    List<String> lines = new ArrayList<>();
    SystemFacts.all().forEach((name, value) -> lines.add("%-12s %s".formatted(name, value)));
    return lines.toArray(String[]::new);
  }
}
