package dev.headclip.torch.training;

import dev.headclip.method.Learned;
import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that a run carries from one step to the next. */
final class TrainingState {
  /**
   * The best epoch on the second data set so far.
   *
   * @param epoch counted from 1
   * @param figure what was compared, higher is better
   */
  record Best(int epoch, double figure, Learned<HostTensor> numbers) {}

  final Learned<HostTensor> numbers;
  final Adam words;
  final Adam heads;
  final List<EpochFigures> epochs = new ArrayList<>();
  Optional<Best> best = Optional.empty();

  /** Steps done in the epoch that is running. */
  int step;

  double globalSum;
  double localSum;

  /** Total loss of the very first step; negative before it. */
  double firstLoss = -1;

  TrainingState(Learned<HostTensor> start) {
    numbers = start;
    words = new Adam(data(withoutHeads(start)));
    heads = new Adam(data(onlyHeads(start)));
  }

  /** The epoch that is running, counted from 1. */
  int epoch() {
    return epochs.size() + 1;
  }

  void add(double global, double local) {
    step++;
    globalSum += global;
    localSum += local;
    if (firstLoss < 0) {
      firstLoss = global + local;
    }
  }

  void endEpoch(Map<String, Double> validation) {
    epochs.add(new EpochFigures(globalSum / step, localSum / step, validation));
    step = 0;
    globalSum = 0;
    localSum = 0;
  }

  static Learned<HostTensor> copy(Learned<HostTensor> of) {
    return of.map(t -> new HostTensor(t.shape(), t.data().clone()));
  }

  static <T> List<T> withoutHeads(Learned<T> l) {
    return new Learned<>(l.normal(), l.abnormal(), l.deep(), Optional.empty()).tensors();
  }

  static <T> List<T> onlyHeads(Learned<T> l) {
    return l.headWeights().stream().toList();
  }

  private static List<float[]> data(List<HostTensor> tensors) {
    return tensors.stream().map(HostTensor::data).toList();
  }
}
