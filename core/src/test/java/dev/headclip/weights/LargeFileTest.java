package dev.headclip.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeFileTest {
  @Test
  void tensorsBehindTwoGibibytesAreRead(@TempDir Path dir) throws IOException {
    long large = 4L * 150_000_000;
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 4; i++) {
      header.append(
          "\"big%d\":{\"dtype\":\"F32\",\"shape\":[150000000],\"data_offsets\":[%d,%d]},"
              .formatted(i, i * large, (i + 1) * large));
    }
    header.append(
        "\"z\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}"
            .formatted(4 * large, 4 * large + 8));
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    Path file = dir.resolve("large.safetensors");
    // sparse: takes no room on disk
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      ByteBuffer b = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      f.write(b.putLong(json.length).array());
      f.write(json);
      f.seek(8 + json.length + 4 * large);
      f.write(b.clear().putFloat(1.5f).putFloat(-2).array());
    }
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.host("z").data()).containsExactly(1.5f, -2f);
      f.read("big3", bytes -> assertThat(bytes.remaining()).isEqualTo(600_000_000));
    }
  }
}
