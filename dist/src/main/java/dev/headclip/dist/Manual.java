package dev.headclip.dist;

import dev.headclip.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Manual pages' sources and the completion script, from the command line's own descriptions. */
final class Manual {
  private Manual() {}

  /**
   * @param time of the release: pages show the date of their sources
   */
  static void write(Path pages, Path completion, Instant time) throws IOException {
    Files.createDirectories(pages);
    Files.createDirectories(completion);
    CommandLine line = Main.commands();
    int code =
        ManPageGenerator.generateManPage(
            pages.toFile(), null, new boolean[0], true, line.getCommandSpec());
    if (code != 0) {
      throw new IllegalStateException("manual pages: code " + code);
    }
    try (Stream<Path> all = Files.list(pages)) {
      for (Path p : all.toList()) {
        Files.setLastModifiedTime(p, FileTime.from(time));
      }
    }
    Files.writeString(completion.resolve("headclip.bash"), AutoComplete.bash("headclip", line));
  }
}
