package dev.headclip.torch.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An epoch that is over.
 *
 * @param global mean cross-entropy of the global path
 * @param local mean of Eq. 10, summed over output layers
 * @param validation figures on the second data set by name, fractions; empty without one
 */
public record EpochFigures(double global, double local, Map<String, Double> validation) {
  public EpochFigures {
    validation = Collections.unmodifiableMap(new LinkedHashMap<>(validation));
  }
}
