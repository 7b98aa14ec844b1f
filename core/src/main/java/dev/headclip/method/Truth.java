package dev.headclip.method;

import dev.headclip.tensor.HostTensor;

/**
 * What is known of a batch of annotated images.
 *
 * @param labels 1 for anomalous, else 0
 * @param mask [B,S,S], 1 where something is wrong, else 0; all 0 where nobody drew one
 * @param <T> the implementation's tensor
 */
public record Truth<T>(int[] labels, T mask) {
  /** The labels as rows of [B,2]: (1,0) for normal, (0,1) for anomalous. */
  public HostTensor oneHot() {
    return oneHot(labels);
  }

  /** Labels as rows of [B,2]: (1,0) for 0, (0,1) for 1. */
  public static HostTensor oneHot(int[] labels) {
    HostTensor t = HostTensor.zeros(labels.length, 2);
    for (int i = 0; i < labels.length; i++) {
      t.data()[2 * i + labels[i]] = 1;
    }
    return t;
  }
}
