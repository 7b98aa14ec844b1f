package dev.headclip.method;

import dev.headclip.testing.HostInterpreter;
import dev.headclip.testing.MethodKit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class MethodKitTest {
  @TestFactory
  Stream<DynamicTest> everyMethodInPlainJava() {
    return new MethodKit(new HostInterpreter()).tests();
  }
}
