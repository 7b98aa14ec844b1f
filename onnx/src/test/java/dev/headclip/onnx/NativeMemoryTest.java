package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.testing.TinyModel;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
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
  void buffersOutsideTheHeapDoNotGrowWithTheNumberOfRuns() {
    try (ClipModel model = new Models(dir).model();
        InferenceSession session = new OnnxEngine().open(model, EngineSettings.defaults())) {
      float[] two = TinyModel.pixels(2, TinyModel.SIDE);
      float[] one = Arrays.copyOf(two, two.length / 2);
      session.run(two, 2, ClassName.unknown());
      long before = direct();
      for (int i = 0; i < 200; i++) {
        session.run(two, 2, ClassName.unknown());
        session.run(one, 1, ClassName.unknown());
      }
      // one batch of this size is 118 kB; a new buffer a run would be 35 MB
      assertThat(direct() - before).isLessThan(1_000_000);
    }
  }
}
