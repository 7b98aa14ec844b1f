package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeMemoryTest {
  @Test
  void aSessionKeepsWhatItLoadedAndNothingOfItsRuns(@TempDir Path dir) throws IOException {
    NDManager manager = Torch.manager();
    try (ClipModel model = (ClipModel) Model.open(TinyModel.write(dir).toString())) {
      TorchSession session = new TorchSession(manager, model);
      float[] pixels = TinyModel.pixels(2, TinyModel.SIDE);
      session.run(pixels, 2, ClassName.unknown());
      int loaded = manager.getManagedArrays().size();
      // 174 weights, the projections of 6 CSA layers, text features
      assertThat(loaded).isEqualTo(181);
      for (int i = 0; i < 20; i++) {
        session.run(pixels, 2, ClassName.unknown());
      }
      assertThat(manager.getManagedArrays()).hasSize(loaded);
      session.close();
      assertThat(manager.isOpen()).isFalse();
    }
  }

  @Test
  void aScopeKeepsItsResultsOnly() {
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      NDArray[] inner = new NDArray[1];
      NDArray kept =
          ops.scoped(
              () -> {
                inner[0] = ops.constant(HostTensor.filled(2, 3));
                return ops.scale(inner[0], 3);
              });
      assertThat(kept.toFloatArray()).containsExactly(6, 6, 6);
      assertThat(inner[0].isReleased()).isTrue();
      List<NDArray> two = ops.scope(() -> List.of(kept, ops.add(kept, kept)));
      assertThat(two.get(0)).isSameAs(kept);
      assertThat(two.get(1).toFloatArray()).containsExactly(12, 12, 12);
    }
  }
}
