package dev.headclip.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PictureFilesTest {
  @TempDir private Path dir;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linkedFoldersAreLookedInto() throws IOException {
    Path away = Files.createDirectories(dir.resolve("away/metal"));
    Files.createFile(away.resolve("b.png"));
    Path supply = Files.createDirectories(dir.resolve("supply"));
    Files.createFile(supply.resolve("a.png"));
    Files.createFile(supply.resolve("notes.txt"));
    Files.createSymbolicLink(supply.resolve("metal"), away);
    assertThat(PictureFiles.below(supply, f -> f.toString().endsWith(".png")))
        .containsExactly(supply.resolve("a.png"), supply.resolve("metal/b.png"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatCannotBeReadIsOneLine() throws IOException {
    Path supply = Files.createDirectories(dir.resolve("supply"));
    Files.createSymbolicLink(supply.resolve("round"), supply);
    assertThatThrownBy(() -> PictureFiles.below(supply, f -> true))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("cannot be read (FileSystemLoop)");
    Path none = dir.resolve("none");
    assertThatThrownBy(() -> PictureFiles.below(none, f -> true))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("none: cannot be read (NoSuchFile)");
  }
}
