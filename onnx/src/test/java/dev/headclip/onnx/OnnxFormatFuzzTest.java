package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.ByteString;
import dev.headclip.fuzz.Fuzzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an exported file says of itself, damaged. */
class OnnxFormatFuzzTest {
  @TempDir private Path dir;

  private static byte[] file() {
    ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
    for (int i = 0; i < 4; i++) {
      model.addMetadataProps(
          StringStringEntryProto.newBuilder().setKey("key " + i).setValue("value ".repeat(20)));
    }
    model.getGraphBuilder().addInitializerBuilder().setRawData(ByteString.copyFrom(new byte[400]));
    return model.build().toByteArray();
  }

  @Test
  void metadata() throws IOException {
    Path to = dir.resolve("f.onnx");
    new Fuzzer("onnx-metadata", List.of(file()), 3000)
        .run(
            bytes -> {
              Files.write(to, bytes);
              Map<String, String> found = new OnnxFormat().metadata(to);
              assertThat(found.toString().length()).isLessThanOrEqualTo(2 + 2 * bytes.length);
            });
  }
}
