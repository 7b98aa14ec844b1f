package dev.headclip.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class FoldersOfOurOwnTest {
  @TempDir private Path dir;

  @Test
  void whatOthersCanWriteIntoIsNotOurs() throws IOException {
    Path made = OwnFolder.made(dir.resolve("a/b"));
    assertThat(OwnFolder.is(made)).isTrue();
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(OwnFolder.is(made)).isFalse();
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx------"));
    Path above = made.getParent();
    Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(OwnFolder.is(made)).isFalse();
    assertThat(OwnFolder.is(dir.resolve("none"))).isFalse();
  }

  private Path left(long pid, long minutes) throws IOException {
    Path p = Files.createDirectory(dir.resolve(".headclip-%d-%d".formatted(pid, minutes)));
    Files.writeString(p.resolve("model"), "x");
    Files.setLastModifiedTime(
        p, FileTime.from(Instant.now().minusSeconds(TimeUnit.MINUTES.toSeconds(minutes))));
    return p;
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndNothingElse() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path old = left(gone.pid(), 60);
    Path young = left(gone.pid(), 1);
    Path running = left(ProcessHandle.current().pid(), 60);
    Path other = Files.createDirectory(dir.resolve("headclip-notes"));
    try (WorkFolder work = WorkFolder.in(dir)) {
      assertThat(work.path()).isDirectory();
    }
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(running).exists();
    assertThat(other).exists();
  }
}
