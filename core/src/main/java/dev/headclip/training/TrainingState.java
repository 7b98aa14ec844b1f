package dev.headclip.training;

import dev.headclip.method.Adam;
import dev.headclip.method.Learnable;
import dev.headclip.method.Network;
import dev.headclip.method.TrainSettings;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Everything that a run carries from one step to the next. */
final class TrainingState {
  /**
   * The best epoch on the second data set so far.
   *
   * @param epoch counted from 1
   * @param figure what was compared, higher is better
   */
  record Best(int epoch, double figure, Tensors<HostTensor> numbers) {}

  final Tensors<HostTensor> numbers;
  final Adam adam;
  final List<EpochFigures> epochs = new ArrayList<>();
  final Map<String, Double> sums = new LinkedHashMap<>();
  Optional<Best> best = Optional.empty();

  /** Steps done in the epoch that is running. */
  int step;

  /** Total loss of the very first step; negative before it. */
  double firstLoss = -1;

  /** First values, drawn in the method's order. */
  TrainingState(List<Learnable> learned, TrainSettings settings) {
    this(learned, Tensors.none(), settings);
  }

  /**
   * The same, but for numbers that are given.
   *
   * @param given in place of what was drawn for their names
   */
  TrainingState(List<Learnable> learned, Tensors<HostTensor> given, TrainSettings settings) {
    SplittableRandom r = new SplittableRandom(settings.seed());
    Map<String, HostTensor> first = new LinkedHashMap<>();
    learned.forEach(l -> first.put(l.name(), l.first().draw(r, l.sizes())));
    copy(given).named().forEach(first::put);
    numbers = new Tensors<>(first);
    adam =
        new Adam(
            numbers.list().stream().map(HostTensor::data).toList(),
            learned.stream().mapToDouble(l -> l.rate().orElse(settings.lr())).toArray(),
            settings);
  }

  /** The epoch that is running, counted from 1. */
  int epoch() {
    return epochs.size() + 1;
  }

  void add(Map<String, Double> losses) {
    step++;
    losses.forEach((name, v) -> sums.merge(name, v, Double::sum));
    if (firstLoss < 0) {
      firstLoss = losses.get(Network.TOTAL);
    }
  }

  void endEpoch(Map<String, Double> validation) {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum / step));
    epochs.add(new EpochFigures(means, validation));
    step = 0;
    sums.clear();
  }

  static Tensors<HostTensor> copy(Tensors<HostTensor> of) {
    return of.map(t -> new HostTensor(t.shape(), t.data().clone()));
  }
}
