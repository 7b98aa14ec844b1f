package dev.headclip.onnx;

import dev.headclip.engine.EngineSettings;
import dev.headclip.reference.ReferencesGolden;
import dev.headclip.tensor.Compute;
import dev.headclip.testing.AdaClipGolden;
import dev.headclip.testing.AnoVlGolden;
import dev.headclip.testing.AnomalyClipGolden;
import dev.headclip.testing.HeadClipGolden;
import dev.headclip.testing.MethodKit;
import dev.headclip.testing.OpsCases;
import dev.headclip.testing.WinClipGolden;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The golden numbers, by recorded graphs in both dialects. */
class GoldenTest {
  @ParameterizedTest
  @EnumSource
  void everyOperationDoesWhatThePlainInterpreterDoes(Dialect dialect) {
    OpsCases.agree(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @EnumSource
  void towersAgree(Dialect dialect) {
    HeadClipGolden.towers(new GraphInterpreter(dialect));
    HeadClipGolden.padding(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @EnumSource
  void headClipAgrees(Dialect dialect) {
    HeadClipGolden.scores(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @CsvSource({"PORTABLE,true", "PORTABLE,false", "FUSED,true", "FUSED,false"})
  void anomalyClipAgreesWithAndWithoutHalfRounding(Dialect dialect, boolean half) {
    AnomalyClipGolden.of(half).check(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @CsvSource({"PORTABLE,true", "PORTABLE,false", "FUSED,true", "FUSED,false"})
  void adaClipAgreesWithAndWithoutHalfRounding(Dialect dialect, boolean half) {
    new AdaClipGolden(half).check(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @EnumSource
  void anoVlAgrees(Dialect dialect) {
    new AnoVlGolden().check(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @EnumSource
  void winClipAgrees(Dialect dialect) {
    new WinClipGolden().check(new GraphInterpreter(dialect));
  }

  @ParameterizedTest
  @EnumSource
  void tokensForReferencesAgree(Dialect dialect) {
    new ReferencesGolden(Compute.plain()).tapped(new GraphInterpreter(dialect));
  }

  @Test
  void referencesAndBatchesAgree() {
    try (Programs programs = new Programs(EngineSettings.defaults())) {
      new ReferencesGolden(programs::run).all();
    }
  }

  /** In the quick build {@link ExporterTest} compares their files with the other engine. */
  @TestFactory
  @Tag("long")
  Stream<DynamicTest> everyMethodRecordedInStandardOperators() {
    return new MethodKit(new GraphInterpreter(Dialect.PORTABLE)).tests();
  }

  @TestFactory
  Stream<DynamicTest> everyMethodRecordedInFusedOperators() {
    return new MethodKit(new GraphInterpreter(Dialect.FUSED)).tests();
  }
}
