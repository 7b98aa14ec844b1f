package dev.headclip.torch.training;

import java.util.List;

/**
 * Adam as in PyTorch (bias-corrected, eps outside the root), on numbers in Java memory: they are
 * few, and so updates are reproducible and checkpoints simple. With {@code decay} it is AdamW.
 */
public final class Adam {
  /**
   * @param rate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param decay decoupled weight decay, times the rate
   */
  public record Settings(double rate, double beta1, double beta2, double epsilon, double decay) {
    public Settings {
      if (!(rate > 0)) {
        throw new IllegalArgumentException("--lr is %s, expected above 0".formatted(rate));
      }
    }

    /** AnomalyCLIP's (train.py:44). */
    public static Settings adapter(double rate) {
      return new Settings(rate, 0.5, 0.999, 1e-8, 0);
    }
  }

  private final List<float[]> parameters;
  private final float[][] first;
  private final float[][] second;
  private int steps;

  /**
   * @param parameters changed in place by {@link #step}
   */
  public Adam(List<float[]> parameters) {
    this.parameters = List.copyOf(parameters);
    this.first = zeros(parameters);
    this.second = zeros(parameters);
  }

  private static float[][] zeros(List<float[]> like) {
    return like.stream().map(p -> new float[p.length]).toArray(float[][]::new);
  }

  /** One update from the gradients, in the order of the parameters. */
  public void step(List<float[]> gradients, Settings s) {
    steps++;
    double correct1 = 1 - Math.pow(s.beta1, steps);
    double correct2 = Math.sqrt(1 - Math.pow(s.beta2, steps));
    float b1 = (float) s.beta1;
    float b2 = (float) s.beta2;
    float rate = (float) (s.rate / correct1);
    float root = (float) (1 / correct2);
    float eps = (float) s.epsilon;
    float keep = (float) (1 - s.rate * s.decay);
    for (int t = 0; t < first.length; t++) {
      float[] p = parameters.get(t);
      float[] g = gradients.get(t);
      float[] m = first[t];
      float[] v = second[t];
      for (int i = 0; i < p.length; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
        p[i] = keep * p[i] - rate * m[i] / ((float) Math.sqrt(v[i]) * root + eps);
      }
    }
  }

  /** First and second moments, for checkpoints: shared, in the order of the parameters. */
  List<float[]> state() {
    java.util.ArrayList<float[]> all = new java.util.ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all;
  }

  int steps() {
    return steps;
  }

  /** Goes on from a checkpoint whose moments were put into {@link #state}. */
  void resumeAt(int step) {
    steps = step;
  }
}
