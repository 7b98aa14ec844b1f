package dev.headclip.method.local;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import dev.headclip.settings.SettingException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layers in a row, counted from 1; written as "6-24".
 *
 * @param first first layer
 * @param last last layer, inclusive
 */
public record LayerRange(
    @Setting(value = "First layer.", min = 1) int first,
    @Setting(value = "Last layer, inclusive.", min = 1) int last) {
  public LayerRange {
    Schema.check(LayerRange.class, first, last);
    if (last < first) {
      throw new SettingException("last", last, "at least the first, " + first);
    }
  }

  /** "6-24". */
  public static LayerRange parse(String text) {
    if (!text.matches("\\d{1,4}-\\d{1,4}")) {
      throw new IllegalArgumentException("%s, expected FIRST-LAST, as 6-24".formatted(text));
    }
    String[] ends = text.split("-");
    return new LayerRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
  }

  /** Number of layers. */
  public int count() {
    return last - first + 1;
  }

  /** All of them. */
  public List<Integer> layers() {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  public boolean contains(int layer) {
    return layer >= first && layer <= last;
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
