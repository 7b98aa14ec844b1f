package dev.headclip.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes to a file's bytes, of the kinds that damage and malice make. */
final class Mutations {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xffffffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final List<String> TOKENS =
      List.of(
          "-1",
          "0",
          "1e999",
          "NaN",
          "Infinity",
          "99999999999999999999",
          "2147483648",
          "0.5",
          "null",
          "true",
          "\"\"",
          "[]",
          "{}",
          "\"\u0000\"",
          "\"\\ud800\"",
          "../../x",
          "/dev/zero",
          "[[[[[[[[",
          "{\"a\":",
          ",",
          "\"",
          "\n",
          "\u202e",
          "=1+1");

  private Mutations() {}

  /** A changed copy; {@code other} is spliced in at times. */
  static byte[] of(byte[] seed, byte[] other, SplittableRandom r) {
    byte[] b = seed.clone();
    int times = 1 + r.nextInt(r.nextInt(4) == 0 ? 8 : 2);
    for (int i = 0; i < times && b.length > 0; i++) {
      b = once(b, other, r);
    }
    return b;
  }

  private static byte[] once(byte[] b, byte[] other, SplittableRandom r) {
    int at = r.nextInt(b.length);
    return switch (r.nextInt(11)) {
      case 0 -> {
        b[at] ^= (byte) (1 << r.nextInt(8));
        yield b;
      }
      case 1 -> {
        b[at] = (byte) NUMBERS[r.nextInt(NUMBERS.length)];
        yield b;
      }
      case 2, 3 -> number(b, at, r);
      case 4 -> Arrays.copyOf(b, at);
      case 5 -> {
        Arrays.fill(b, at, Math.min(b.length, at + 1 + r.nextInt(64)), (byte) 0);
        yield b;
      }
      case 6 -> without(b, at, Math.min(b.length - at, 1 + r.nextInt(32)));
      case 7 -> with(b, at, Arrays.copyOfRange(b, at, Math.min(b.length, at + 1 + r.nextInt(64))));
      case 8 -> with(Arrays.copyOf(b, at), at, other.length == 0 ? b : tail(other, r));
      case 9 -> with(b, at, TOKENS.get(r.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8));
      default -> digits(b, at, r);
    };
  }

  private static byte[] tail(byte[] b, SplittableRandom r) {
    return Arrays.copyOfRange(b, r.nextInt(b.length), b.length);
  }

  private static byte[] number(byte[] b, int at, SplittableRandom r) {
    int size = 1 << r.nextInt(4);
    if (at + size > b.length) {
      return b;
    }
    ByteBuffer to =
        ByteBuffer.wrap(b)
            .order(r.nextInt(2) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long n = NUMBERS[r.nextInt(NUMBERS.length)];
    switch (size) {
      case 1 -> to.put(at, (byte) n);
      case 2 -> to.putShort(at, (short) n);
      case 4 -> to.putInt(at, (int) n);
      default -> to.putLong(at, n);
    }
    return b;
  }

  private static byte[] without(byte[] b, int from, int count) {
    byte[] out = new byte[b.length - count];
    System.arraycopy(b, 0, out, 0, from);
    System.arraycopy(b, from + count, out, from, b.length - from - count);
    return out;
  }

  private static byte[] with(byte[] b, int at, byte[] part) {
    byte[] out = new byte[b.length + part.length];
    System.arraycopy(b, 0, out, 0, at);
    System.arraycopy(part, 0, out, at, part.length);
    System.arraycopy(b, at, out, at + part.length, b.length - at);
    return out;
  }

  /** The next number written in digits becomes another. */
  private static byte[] digits(byte[] b, int from, SplittableRandom r) {
    int at = from;
    while (at < b.length && (b[at] < '0' || b[at] > '9')) {
      at++;
    }
    int end = at;
    while (end < b.length && b[end] >= '0' && b[end] <= '9') {
      end++;
    }
    if (at == end) {
      return b;
    }
    byte[] token = TOKENS.get(r.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
    return with(without(b, at, end - at), at, token);
  }
}
