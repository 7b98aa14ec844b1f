package dev.headclip.spark.internal.compare;

import dev.headclip.reference.Statistics;
import dev.headclip.spark.internal.compare.GroupFit.Sum;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * Adds up a task's images by group. Of many groups at once only a few sums are held: the one that
 * waited longest is handed on, and met by its others later.
 */
final class GroupSums implements PairFlatMapFunction<Iterator<GroupSums.Image>, String, Sum> {
  private static final long serialVersionUID = 1;
  private static final int HELD = 4;

  /**
   * An image's patches.
   *
   * @param patches null where it could not be read
   */
  record Image(String group, Statistics patches) implements Serializable {
    private static final long serialVersionUID = 1;
  }

  @Override
  public Iterator<Tuple2<String, Sum>> call(Iterator<Image> images) {
    Map<String, Sum> held = new LinkedHashMap<>();
    Queue<Tuple2<String, Sum>> ready = new ArrayDeque<>();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        while (ready.isEmpty() && images.hasNext()) {
          add(images.next());
        }
        if (ready.isEmpty()) {
          held.forEach((group, sum) -> ready.add(new Tuple2<>(group, sum)));
          held.clear();
        }
        return !ready.isEmpty();
      }

      private void add(Image image) {
        if (image.patches() == null) {
          return;
        }
        Sum before = held.remove(image.group());
        if (before == null) {
          held.put(image.group(), Sum.of(image.patches()));
        } else {
          before.patches().add(image.patches());
          held.put(image.group(), new Sum(before.patches(), before.images() + 1));
        }
        if (held.size() > HELD) {
          String oldest = held.keySet().iterator().next();
          ready.add(new Tuple2<>(oldest, held.remove(oldest)));
        }
      }

      @Override
      public Tuple2<String, Sum> next() {
        return ready.remove();
      }
    };
  }
}
