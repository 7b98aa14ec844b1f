package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.headclip.torch.Torch;
import org.junit.jupiter.api.Test;

class MuonTest {
  @Test
  void aStepIsAsLargeAlongWeakDirectionsAsAlongStrongOnes() {
    try (NDManager m = Torch.manager()) {
      NDArray w = m.zeros(new Shape(2, 3));
      // singular values 10 and 0.1
      NDArray g = m.create(new float[] {10, 0, 0, 0, 0.1f, 0}, new Shape(2, 3));
      Muon.update(w, g, m.zeros(new Shape(2, 3)), 0.5, 0, 1);
      float[] found = w.toFloatArray();
      // rate 0.5 x 0.2 sqrt(3), and the iteration leaves singular values within 0.7 to 1.2
      double unit = 0.5 * 0.2 * Math.sqrt(3);
      assertThat(-found[0] / unit).isBetween(0.6, 1.3);
      assertThat(-found[4] / unit).isBetween(0.6, 1.3);
      assertThat(found[1]).isCloseTo(0, within(1e-6f));
    }
  }

  @Test
  void tallAndWideMatricesAreTreatedAlikeAndMomentumRemembers() {
    try (NDManager m = Torch.manager()) {
      NDArray wide = m.zeros(new Shape(2, 3));
      NDArray tall = m.zeros(new Shape(3, 2));
      NDArray g = m.create(new float[] {1, 2, 3, -1, 0.5f, 2}, new Shape(2, 3));
      NDArray memory = m.zeros(new Shape(2, 3));
      Muon.update(wide, g, memory, 0.1, 0, 1);
      Muon.update(tall, g.transpose(), m.zeros(new Shape(3, 2)), 0.1, 0, 1);
      assertThat(tall.transpose().toFloatArray())
          .containsExactly(wide.toFloatArray(), within(1e-6f));
      float before = wide.toFloatArray()[0];
      Muon.update(wide, m.zeros(new Shape(2, 3)), memory, 0.1, 0, 1);
      assertThat(wide.toFloatArray()[0]).isNotEqualTo(before);
    }
  }
}
