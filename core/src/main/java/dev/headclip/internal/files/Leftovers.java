package dev.headclip.internal.files;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names of temporary files and folders, and the removal of those whose process was killed. */
public final class Leftovers {
  private static final Pattern NAME = Pattern.compile("\\.?headclip-(\\d{1,18})-.*");

  /** Younger ones may be of a process in another container, whose number means nothing here. */
  private static final Duration OLD = Duration.ofMinutes(15);

  private Leftovers() {}

  /** What a temporary name of this process begins with. */
  public static String prefix() {
    return ".headclip-%d-".formatted(ProcessHandle.current().pid());
  }

  /** Removes what processes of this user left in a folder, where they are gone. */
  public static void sweep(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path p : all.filter(Leftovers::isLeft).toList()) {
        if (Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)) {
          AtomicFiles.deleteTree(p);
        } else {
          Files.deleteIfExists(p);
        }
      }
    } catch (IOException | UncheckedIOException | HeadClipException e) {
      // somebody else's, or removed by another process meanwhile
    }
  }

  private static boolean isLeft(Path p) {
    Matcher m = NAME.matcher(p.getFileName().toString());
    try {
      return m.matches()
          && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()
          && Files.isWritable(p)
          && !Files.isSymbolicLink(p)
          && Files.getLastModifiedTime(p).toInstant().isBefore(Instant.now().minus(OLD));
    } catch (IOException e) {
      return false;
    }
  }
}
