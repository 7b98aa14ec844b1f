package dev.headclip.torch;

import dev.headclip.testing.LearningKit;
import dev.headclip.testing.MethodKit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

class MethodKitTest {
  private static final String LARGEST = "adaclip";

  @TestFactory
  Stream<DynamicTest> everyMethodInLibtorch() {
    return new MethodKit(new TorchInterpreter()).tests();
  }

  /** Of AdaCLIP, the one with the most tensors, golden gradients are checked in the quick run. */
  @TestFactory
  Stream<DynamicTest> gradients() {
    return LearningKit.tests(new TorchLearning(), name -> !name.startsWith(LARGEST));
  }

  @TestFactory
  @Tag("long")
  Stream<DynamicTest> gradientsOfTheLargest() {
    return LearningKit.tests(new TorchLearning(), name -> name.startsWith(LARGEST));
  }
}
