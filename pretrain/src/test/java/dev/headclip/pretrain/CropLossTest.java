package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CropLossTest {
  private static final int GRID = 8;

  /** Read at the crop's places, a slope of the whole is the crop's own slope. */
  @Test
  void placesLieWhereTheEnlargedPartWasTaken() {
    CropLoss.Part part = new CropLoss.Part(0.25, 0.125, 0.5);
    HostTensor whole = HostTensor.zeros(1, 3, GRID, GRID);
    for (int i = 0; i < whole.data().length; i++) {
      whole.data()[i] = i % GRID + 10 * (i / GRID % GRID);
    }
    HostTensor large = HostTensor.zeros(1, 3, GRID, GRID);
    part.enlarge(whole, large, 0);
    HostTensor places = HostTensor.zeros(1, GRID * GRID, GRID * GRID);
    part.places(places, 0, GRID);
    for (int i = 0; i < GRID * GRID; i++) {
      double x = (0.25 + 0.5 * (i % GRID + 0.5) / GRID) * GRID - 0.5;
      double y = (0.125 + 0.5 * (i / GRID + 0.5) / GRID) * GRID - 0.5;
      assertThat(large.data()[i]).isCloseTo((float) (x + 10 * y), within(1e-4f));
      float read = 0;
      for (int k = 0; k < GRID * GRID; k++) {
        read += places.data()[i * GRID * GRID + k] * whole.data()[k];
      }
      assertThat(read).isCloseTo(large.data()[i], within(1e-4f));
    }
  }

  @Test
  void partsLieWithinThePicture() {
    SplittableRandom r = new SplittableRandom(2);
    for (int i = 0; i < 200; i++) {
      CropLoss.Part p = CropLoss.Part.any(r);
      assertThat(p.side()).isBetween(0.4, 0.8);
      assertThat(p.x()).isBetween(0.0, 1 - p.side());
      assertThat(p.y()).isBetween(0.0, 1 - p.side());
    }
  }

  @Test
  void theTeachersOwnTokensAreToldBest() {
    SplittableRandom r = new SplittableRandom(3);
    HostTensor tokens = HostTensor.zeros(12, 6);
    HostTensor others = HostTensor.zeros(12, 6);
    for (int i = 0; i < tokens.data().length; i++) {
      tokens.data()[i] = (float) r.nextGaussian();
      others.data()[(i + 6) % others.data().length] = tokens.data()[i];
    }
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      var all = ops.constant(tokens);
      float same = Likeness.loss(ops, all, all, all).mean().getFloat();
      float shifted = Likeness.loss(ops, all, all, ops.constant(others)).mean().getFloat();
      assertThat(same).isLessThan(0.5f);
      assertThat(shifted).isGreaterThan(2);
    }
  }
}
