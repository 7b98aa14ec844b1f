package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeMemoryTest {
  @TempDir private Path dir;

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(b -> b.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getTotalCapacity)
        .sum();
  }

  @Test
  void buffersOutsideTheHeapDoNotGrowWithTheNumberOfRuns() throws IOException {
    try (Models models = new Models(dir);
        InferenceSession session =
            new OnnxEngine().open(models.backbone(), models.adapter(), EngineSettings.defaults())) {
      float[] pixels = Models.pixels(2, 70);
      session.run(pixels, 2);
      long before = direct();
      for (int i = 0; i < 200; i++) {
        session.run(pixels, 2);
        session.run(java.util.Arrays.copyOf(pixels, pixels.length / 2), 1);
      }
      // one batch of this size is 118 kB; a new buffer a run would be 35 MB
      assertThat(direct() - before).isLessThan(1_000_000);
    }
  }
}
