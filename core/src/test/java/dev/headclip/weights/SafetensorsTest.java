package dev.headclip.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.tensor.HostTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static Map<String, HostTensor> some() {
    Map<String, HostTensor> t = new LinkedHashMap<>();
    t.put("scalar", HostTensor.of(new float[] {2.5f}));
    t.put("empty", HostTensor.zeros(0, 3));
    t.put("matrix", HostTensor.of(new float[] {1, -2, 0.5f, 4, 5, 6}, 2, 3));
    return t;
  }

  @Test
  void whatIsWrittenIsRead(@TempDir Path dir) {
    Path file = dir.resolve("sub/a.safetensors");
    SafetensorsWriter.write(file, some(), Map.of("k", "v \"quoted\""), false);
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.metadata()).containsEntry("k", "v \"quoted\"");
      some().forEach((name, t) -> assertThat(f.host(name)).isEqualTo(t));
    }
  }

  @Test
  void halfPrecisionStorageRounds(@TempDir Path dir) {
    Path file = dir.resolve("a.safetensors");
    SafetensorsWriter.write(
        file, Map.of("x", HostTensor.of(new float[] {0.3f}, 1)), Map.of(), true);
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.tensors().get("x").dtype()).isEqualTo(DType.F16);
      assertThat(f.host("x").data()).containsExactly(0.30004883f);
    }
  }
}
