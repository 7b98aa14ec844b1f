package dev.headclip.torch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.MvtecFolder;
import dev.headclip.dataset.Sample;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.torch.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterTrainerTest {
  @TempDir private Path dir;

  private AdapterTrainer.Result train(Path model, List<Sample> samples, TrainSettings settings) {
    try (Backbone b = Backbone.open(model)) {
      HeadClipSettings s = HeadClipSettings.defaultsFor(b.config()).withImageSize(70);
      return new AdapterTrainer(settings, s).run(b, samples, new AtomicBoolean(), p -> {});
    }
  }

  @Test
  void theLossFallsAndTheSameSeedGivesTheSameAdapter() throws IOException {
    Path model = TinyModel.write(Files.createDirectory(dir.resolve("model")));
    Path data = dir.resolve("data");
    DataSetWriter.write(data, Generator.drawn(8, 70), 69, n -> {});
    List<Sample> samples = MvtecFolder.test(data);
    TrainSettings settings = new TrainSettings(3, 8, 2e-3, 2e-3, 5, 1, true, 1, 0);
    AdapterTrainer.Result a = train(model, samples, settings);
    AdapterTrainer.Result b = train(model, samples, settings);
    assertThat(a.losses()).hasSize(3);
    assertThat(a.losses().get(2)[0] + a.losses().get(2)[1])
        .isLessThan(a.losses().get(0)[0] + a.losses().get(0)[1]);
    assertThat(a.learned()).isEqualTo(b.learned());
    assertThat(a.learned().headWeights().orElseThrow().data()).doesNotContain(1f);
  }

  @Test
  void anUnreadableImageIsNamed() throws IOException {
    Path model = TinyModel.write(Files.createDirectory(dir.resolve("model")));
    Path data = dir.resolve("data");
    DataSetWriter.write(data, Generator.drawn(8, 70), 46, n -> {});
    List<Sample> samples = new ArrayList<>(MvtecFolder.test(data));
    Path broken = samples.get(0).image();
    Files.write(broken, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> train(model, samples, TrainSettings.defaults()))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(broken.toString());
  }
}
