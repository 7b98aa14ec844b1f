package dev.headclip.evaluate;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Predictions for some images of a data set, by place in it. Thread-safe. */
public interface Predictions {
  /** The images that there are predictions for. */
  SortedSet<Integer> indices();

  /** One of {@link #indices}. */
  Prediction get(int index);

  /** One for each image, in their order. */
  static Predictions of(List<Prediction> all) {
    return new Predictions() {
      @Override
      public SortedSet<Integer> indices() {
        return new TreeSet<>(IntStream.range(0, all.size()).boxed().toList());
      }

      @Override
      public Prediction get(int index) {
        return all.get(index);
      }
    };
  }
}
