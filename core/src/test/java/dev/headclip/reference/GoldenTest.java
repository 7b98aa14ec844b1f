package dev.headclip.reference;

import dev.headclip.tensor.Compute;
import dev.headclip.testing.HostInterpreter;
import org.junit.jupiter.api.Test;

/** The golden numbers, in plain Java. */
class GoldenTest {
  private final ReferencesGolden golden = new ReferencesGolden(Compute.plain());

  @Test
  void tokensAreTheFrozenTowers() {
    golden.tapped(new HostInterpreter());
  }

  @Test
  void nearestPatchesAgree() {
    golden.nearest();
  }

  @Test
  void subspacesAgree() {
    golden.subspace();
  }

  @Test
  void referencesLeftOutSayWhereNormalOnesEnd() {
    golden.leftOut();
  }

  @Test
  void mutualScoresAgree() {
    golden.mutual();
  }
}
