package dev.headclip.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** WinCLIP+'s distances (docs/spec/few_shot.md section 3) against loops over windows. */
class WindowBankTest {
  private static final int GRID = 4;
  private static final int SIDE = 2;
  private static final int ALONG = GRID - SIDE + 1;
  private static final MemoryBank.Shape SHAPE =
      new MemoryBank.Shape(List.of(1), false, List.of(SIDE));

  private final Random random = new Random(3);

  private HostTensor random(int rows, int width) {
    float[] v = new float[rows * width];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(v, 1, rows, width);
  }

  private Tensors<HostTensor> image() {
    return Tensors.of(
        TokenTaps.TOKENS + 0,
        random(GRID * GRID, 5),
        TokenTaps.WINDOWS + 0,
        random(ALONG * ALONG, 3));
  }

  private static double[] row(HostTensor t, int i) {
    int width = t.size(-1);
    double[] r = new double[width];
    double length = 0;
    for (int c = 0; c < width; c++) {
      r[c] = t.data()[i * width + c];
      length += r[c] * r[c];
    }
    for (int c = 0; c < width; c++) {
      r[c] /= Math.sqrt(length);
    }
    return r;
  }

  /** 1/2 (1 - max cos), Eq. 4 of WinCLIP. */
  private static double nearest(HostTensor of, int i, List<HostTensor> references) {
    double best = -1;
    for (HostTensor r : references) {
      for (int j = 0; j < r.size(1); j++) {
        double[] a = row(of, i);
        double[] b = row(r, j);
        double cos = 0;
        for (int c = 0; c < a.length; c++) {
          cos += a[c] * b[c];
        }
        best = Math.max(best, cos);
      }
    }
    return (1 - best) / 2;
  }

  private static double[] expected(Tensors<HostTensor> image, List<Tensors<HostTensor>> all) {
    List<HostTensor> patches = all.stream().map(t -> t.get(TokenTaps.TOKENS + 0)).toList();
    List<HostTensor> windows = all.stream().map(t -> t.get(TokenTaps.WINDOWS + 0)).toList();
    double[] out = new double[GRID * GRID];
    for (int y = 0; y < GRID; y++) {
      for (int x = 0; x < GRID; x++) {
        double reciprocals = 0;
        int n = 0;
        for (int top = Math.max(0, y - SIDE + 1); top <= Math.min(y, ALONG - 1); top++) {
          for (int left = Math.max(0, x - SIDE + 1); left <= Math.min(x, ALONG - 1); left++) {
            double a = nearest(image.get(TokenTaps.WINDOWS + 0), top * ALONG + left, windows);
            reciprocals += 1 / a;
            n++;
          }
        }
        double patch = nearest(image.get(TokenTaps.TOKENS + 0), y * GRID + x, patches);
        out[y * GRID + x] = (patch + n / reciprocals) / 2;
      }
    }
    return out;
  }

  private static void same(HostTensor found, double[] expected) {
    assertThat(found.data()).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found.data()[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void windowsAreSpreadOverTheirPatchesByTheHarmonicMean() {
    List<Tensors<HostTensor>> references = List.of(image(), image(), image());
    Tensors<HostTensor> query = image();
    MemoryBank bank = MemoryBank.of(SHAPE, references);
    same(bank.of(Compute.plain(), query), expected(query, references));
    same(
        bank.without(Compute.plain(), query, 1),
        expected(query, List.of(references.get(0), references.get(2))));
    MemoryBank two = MemoryBank.of(SHAPE, references.subList(0, 2));
    same(
        two.plus(MemoryBank.of(SHAPE, references.subList(2, 3)))
            .without(0)
            .of(Compute.plain(), query),
        expected(query, references.subList(1, 3)));
  }
}
