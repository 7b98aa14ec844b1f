package dev.headclip.torch;

import dev.headclip.testing.LearningKit;
import dev.headclip.testing.MethodKit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class MethodKitTest {
  @TestFactory
  Stream<DynamicTest> everyMethodInLibtorch() {
    return new MethodKit(new TorchInterpreter()).tests();
  }

  @TestFactory
  Stream<DynamicTest> everyMethodsGradients() {
    return LearningKit.tests(new TorchLearning());
  }
}
