package dev.headclip.method;

import dev.headclip.testing.AdaClipGolden;
import dev.headclip.testing.AnoVlGolden;
import dev.headclip.testing.AnomalyClipGolden;
import dev.headclip.testing.HeadClipGolden;
import dev.headclip.testing.HostInterpreter;
import dev.headclip.testing.Interpreter;
import dev.headclip.testing.WinClipGolden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden numbers in plain Java: networks, scoring and losses without any native library. */
class GoldenTest {
  private final Interpreter plain = new HostInterpreter();

  @Test
  void towersAgree() {
    HeadClipGolden.towers(plain);
    HeadClipGolden.padding(plain);
  }

  @Test
  void headClipAgrees() {
    HeadClipGolden.scores(plain);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anomalyClipAgreesWithAndWithoutHalfRounding(boolean half) {
    AnomalyClipGolden.of(half).check(plain);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void adaClipAgreesWithAndWithoutHalfRounding(boolean half) {
    new AdaClipGolden(half).check(plain);
  }

  @Test
  void anoVlAgrees() {
    new AnoVlGolden().check(plain);
  }

  @Test
  void winClipAgrees() {
    new WinClipGolden().check(plain);
  }
}
