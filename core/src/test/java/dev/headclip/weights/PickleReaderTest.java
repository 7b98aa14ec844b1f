package dev.headclip.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PickleReaderTest {
  private static Object read(byte[] pickle) {
    return new PickleReader("x.pt", pickle).read();
  }

  private static byte[] bytes(String latin1) {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void plainContainersAreBuilt() {
    // {"a": [1, True]}
    Object o = read(bytes("}X\1\0\0\0a](K\1\u0088es."));
    assertThat(o).isEqualTo(Map.of("a", java.util.List.of(1L, true)));
  }

  @Test
  void classesAreRefusedByName() {
    assertThatThrownBy(() -> read(bytes("cos\nsystem\n.")))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("builds os.system");
    assertThatThrownBy(() -> read(bytes("c__torch__x\nevil\n.")))
        .hasMessageContaining("__torch__x.evil");
  }

  @Test
  void brokenAndBottomlessPicklesAreRefused() {
    byte[] marks = new byte[5_000_000];
    Arrays.fill(marks, (byte) '(');
    for (byte[] bad :
        new byte[][] {
          bytes(""),
          bytes("."),
          bytes(")Na."),
          bytes("K"),
          bytes("X\u00ff\u00ff\u00ff\u007f"),
          bytes("t."),
          bytes("h\5."),
          bytes("}](K\1ss."),
          bytes("\u0001."),
          marks
        }) {
      assertThatThrownBy(() -> read(bad))
          .isInstanceOf(HeadClipException.class)
          .hasMessageStartingWith("x.pt: refused: ");
    }
  }
}
