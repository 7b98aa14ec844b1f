package dev.headclip.synth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class EvennessTest {
  private static final int SIZE = 128;

  private static Picture wall() {
    return DrawnTextures.draw(TextureKind.TILES, SIZE, SIZE, new SplittableRandom(4));
  }

  private static Picture withSign(Picture on) {
    return on.map(
        (i, c, v) -> Math.abs(i % SIZE - 60) < 20 && Math.abs(i / SIZE - 70) < 20 ? 1 - v : v);
  }

  @Test
  void whatRepeatsIsEvenAndWhatStandsAloneIsNot() {
    assertThat(Evenness.of(wall()).isEven()).isTrue();
    assertThat(Evenness.of(withSign(wall())).isEven()).isFalse();
  }

  @Test
  void masksAndNormalMapsAreNoPictures() {
    Picture mask = Picture.blank(SIZE, SIZE).map((i, c, v) -> i % 3 == 0 ? 1 : 0);
    Picture normals = Picture.filled(SIZE, SIZE, new float[] {0.5f, 0.5f, 1});
    assertThat(Evenness.of(mask).isPicture()).isFalse();
    assertThat(Evenness.of(normals).isPicture()).isFalse();
    assertThat(Evenness.of(wall()).isPicture()).isTrue();
  }

  /** Every third surface has a sign. */
  private static final class Walls implements Textures {
    private int drawn;

    @Override
    public Sample sample(int width, int height, RandomGenerator r) {
      return new Sample(drawn++ % 3 == 0 ? withSign(wall()) : wall(), "wall");
    }

    @Override
    public String description() {
      return "walls";
    }
  }

  @Test
  void theShareThatMustBeEvenIs() {
    Textures half = new EvenTextures(new Walls(), 0.5);
    SplittableRandom r = new SplittableRandom(1);
    int uneven = 0;
    for (int i = 0; i < 120; i++) {
      uneven += Evenness.of(half.sample(SIZE, SIZE, r).picture()).isEven() ? 0 : 1;
    }
    // a third of the half that may be anything
    assertThat(uneven).isBetween(8, 32);
    Textures all = new EvenTextures(new Walls(), 1);
    for (int i = 0; i < 20; i++) {
      assertThat(Evenness.of(all.sample(SIZE, SIZE, r).picture()).isEven()).isTrue();
    }
  }
}
