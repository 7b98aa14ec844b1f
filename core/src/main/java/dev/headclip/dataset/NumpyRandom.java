package dev.headclip.dataset;

/**
 * What {@code numpy.random.RandomState(seed).permutation(n)} gives: splits made with scikit-learn
 * depend on it. Mersenne Twister 19937, shuffled from the end with masked rejection.
 */
final class NumpyRandom {
  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int at = N;

  private NumpyRandom(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      int last = state[i - 1];
      state[i] = 1812433253 * (last ^ (last >>> 30)) + i;
    }
  }

  static int[] permutation(int seed, int n) {
    NumpyRandom r = new NumpyRandom(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = r.upTo(i);
      int t = order[i];
      order[i] = order[j];
      order[j] = t;
    }
    return order;
  }

  /** Uniform in 0..max, both included. */
  private int upTo(int max) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(max);
    int v = next() & mask;
    while (v > max) {
      v = next() & mask;
    }
    return v;
  }

  private int next() {
    if (at == N) {
      for (int i = 0; i < N; i++) {
        int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
        state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
      }
      at = 0;
    }
    int y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }
}
