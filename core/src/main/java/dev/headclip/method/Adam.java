package dev.headclip.method;

import java.util.ArrayList;
import java.util.List;

/**
 * Adam as in PyTorch (bias-corrected, eps outside the root), on numbers in Java memory: they are
 * few, and so updates are reproducible and checkpoints simple. With a decay it is AdamW.
 */
public final class Adam {
  private static final float EPSILON = 1e-8f;

  private final List<float[]> parameters;
  private final double[] rates;
  private final TrainSettings settings;
  private final float[][] first;
  private final float[][] second;
  private int steps;

  /**
   * @param parameters changed in place by {@link #step}
   * @param rates learning rate of each
   */
  public Adam(List<float[]> parameters, double[] rates, TrainSettings settings) {
    this.parameters = List.copyOf(parameters);
    this.rates = rates.clone();
    this.settings = settings;
    this.first = zeros(parameters);
    this.second = zeros(parameters);
  }

  private static float[][] zeros(List<float[]> like) {
    return like.stream().map(p -> new float[p.length]).toArray(float[][]::new);
  }

  /** One update from the gradients, in the order of the parameters. */
  public void step(List<float[]> gradients) {
    steps++;
    double correct1 = 1 - Math.pow(settings.beta1(), steps);
    double correct2 = Math.sqrt(1 - Math.pow(settings.beta2(), steps));
    float b1 = (float) settings.beta1();
    float b2 = (float) settings.beta2();
    float root = (float) (1 / correct2);
    for (int t = 0; t < first.length; t++) {
      float rate = (float) (rates[t] / correct1);
      float keep = (float) (1 - rates[t] * settings.weightDecay());
      float[] p = parameters.get(t);
      float[] g = gradients.get(t);
      float[] m = first[t];
      float[] v = second[t];
      for (int i = 0; i < p.length; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
        p[i] = keep * p[i] - rate * m[i] / ((float) Math.sqrt(v[i]) * root + EPSILON);
      }
    }
  }

  /** First and second moments, for checkpoints: shared, in the order of the parameters. */
  public List<float[]> state() {
    List<float[]> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all;
  }

  /** Steps taken. */
  public int steps() {
    return steps;
  }

  /** Goes on from a checkpoint whose moments were put into {@link #state}. */
  public void resumeAt(int step) {
    steps = step;
  }
}
