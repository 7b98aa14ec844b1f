package dev.headclip.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStateTest {
  @TempDir private Path dir;

  @Test
  void aFileEditedDeepInAFolderShows() throws IOException {
    Path file = Files.createDirectories(dir.resolve("a/b")).resolve("mask.png");
    Files.writeString(file, "one");
    String before = FileState.of(dir);
    assertThat(FileState.of(dir)).isEqualTo(before);
    Files.writeString(file, "three");
    assertThat(FileState.of(dir)).isNotEqualTo(before);
    assertThat(FileState.of(dir, "x")).startsWith("x/a/b/mask.png 5 ");
  }
}
