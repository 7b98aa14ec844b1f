package dev.headclip.torch;

import ai.djl.ndarray.NDManager;
import dev.headclip.reference.ReferencesGolden;
import dev.headclip.testing.AdaClipGolden;
import dev.headclip.testing.AnoVlGolden;
import dev.headclip.testing.AnomalyClipGolden;
import dev.headclip.testing.HeadClipGolden;
import dev.headclip.testing.Interpreter;
import dev.headclip.testing.OpsCases;
import dev.headclip.testing.WinClipGolden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenTest {
  private final Interpreter torch = new TorchInterpreter();

  @Test
  void everyOperationDoesWhatThePlainInterpreterDoes() {
    OpsCases.agree(torch);
  }

  @Test
  void towersAgree() {
    HeadClipGolden.towers(torch);
    HeadClipGolden.padding(torch);
  }

  @Test
  void referencesAndBatchesAgree() {
    try (NDManager manager = Torch.manager()) {
      ReferencesGolden golden =
          new ReferencesGolden(
              (program, inputs) -> {
                try (TorchOps ops = new TorchOps(manager)) {
                  return program.of(ops, inputs.map(ops::constant)).map(TorchOps::host);
                }
              });
      golden.tapped(torch);
      golden.all();
    }
  }

  @Test
  void headClipAgrees() {
    HeadClipGolden.scores(torch);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anomalyClipAgreesWithAndWithoutHalfRounding(boolean half) {
    AnomalyClipGolden.of(half).check(torch);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void adaClipAgreesWithAndWithoutHalfRounding(boolean half) {
    new AdaClipGolden(half).check(torch);
  }

  @Test
  void anoVlAgrees() {
    new AnoVlGolden().check(torch);
  }

  @Test
  void winClipAgrees() {
    new WinClipGolden().check(torch);
  }
}
