package dev.headclip.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
  /** More elements than are converted at a time, not from the buffer's beginning. */
  @ParameterizedTest
  @EnumSource
  void manyElementsAreThoseReadOneByOne(DType dtype) {
    int elements = 20_000;
    byte[] bytes = new byte[dtype.bytes() * elements];
    new Random(3).nextBytes(bytes);
    ByteBuffer all = ByteBuffer.allocateDirect(bytes.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer from = all.put(8, bytes).slice(8, bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    float[] found = new float[elements];
    NativeBytes.asFloats(from, dtype, elements, b -> b.asFloatBuffer().get(found));
    for (int i = 0; i < elements; i++) {
      // NaN among them
      assertThat(Float.floatToIntBits(found[i]))
          .isEqualTo(Float.floatToIntBits(dtype.get(from, i)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void halvesAreWhatTheStandardSays(DType dtype) {
    ByteBuffer b = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    b.putShort((short) (dtype == DType.F16 ? 0x3e00 : 0x3fc0));
    b.putShort((short) 0xc000);
    float[] found = new float[2];
    dtype.get(b, 0, found, 2);
    assertThat(found).containsExactly(1.5f, -2);
  }
}
