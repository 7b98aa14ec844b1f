package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.tensor.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterpolationTest {
  @TempDir private Path dir;

  private Path backbone(String name, int size, long seed) {
    ClipConfig c = StarterShape.config(size);
    Path folder = dir.resolve(name);
    StarterShape.write(folder, c, StarterShape.initial(c, seed), "test");
    return folder;
  }

  @Test
  void everyWeightLiesBetweenAtTheShareGivenAndTheSizeIsTheSecondOnes() {
    Path before = backbone("before", 64, 1);
    Path after = backbone("after", 96, 2);

    Interpolation.write(before, after, 0.25, dir.resolve("between"));

    try (Backbone a = Backbone.open(before);
        Backbone b = Backbone.open(after);
        Backbone m = Backbone.open(dir.resolve("between"))) {
      assertThat(m.config()).isEqualTo(b.config());
      for (String name : b.weights().tensors().keySet()) {
        HostTensor was = a.weights().host(name);
        float[] x =
            name.equals(ClipNames.VISION_POSITION)
                ? PositionResize.BICUBIC.resize(was, b.config().grid()).data()
                : was.data();
        float[] y = b.weights().host(name).data();
        float[] z = m.weights().host(name).data();
        for (int i = 0; i < z.length; i += 7) {
          assertThat(z[i]).as(name).isCloseTo(0.75f * x[i] + 0.25f * y[i], within(2e-3f));
        }
      }
    }
  }

  @Test
  void theEndsAreTheTwoBackbones() {
    HostTensor a = HostTensor.of(new float[] {1, -2}, 2);
    HostTensor b = HostTensor.of(new float[] {3, 8}, 2);
    assertThat(Interpolation.between(a, b, 0).data()).containsExactly(1, -2);
    assertThat(Interpolation.between(a, b, 1).data()).containsExactly(3, 8);
    assertThat(Interpolation.between(a, b, 0.5).data()).containsExactly(2, 3);
  }

  @Test
  void nothingIsWrittenForAShareBeyondTheEndsOrOverWhatIsRead() throws Exception {
    Path before = backbone("before", 64, 1);
    Path after = backbone("after", 64, 2);
    byte[] was = Files.readAllBytes(after.resolve("model.safetensors"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), after);
    assertThatThrownBy(() -> Interpolation.write(before, after, 0.5, link))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("read from");
    for (Map.Entry<Double, Path> wrong :
        Map.of(1.5, dir.resolve("out"), Double.NaN, dir.resolve("out"), 0.5, after).entrySet()) {
      assertThatThrownBy(() -> Interpolation.write(before, after, wrong.getKey(), wrong.getValue()))
          .isInstanceOf(HeadClipException.class);
    }
    assertThat(dir.resolve("out")).doesNotExist();
    assertThat(Files.readAllBytes(after.resolve("model.safetensors"))).isEqualTo(was);
  }
}
