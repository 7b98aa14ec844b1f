package dev.headclip.clip;

import java.util.ArrayList;
import java.util.List;

/**
 * What the local path takes from the ordinary one where it only accumulates (spec/headclip.md
 * section 5): it does not depend on the head weights, and the path is linear in them.
 *
 * @param global the CLS token after the last layer, [B,1,width], not normalised
 * @param before G_{first-1}, [B,1+N,width]
 * @param plain tokens of the output layers before the first CSA layer, in their order
 * @param heads C of each CSA layer up to the last one that an output needs, heads side by side,
 *     [B,1+N,width]
 */
public record LocalInputs<T>(T global, T before, List<T> plain, List<T> heads) {
  public LocalInputs {
    plain = List.copyOf(plain);
    heads = List.copyOf(heads);
  }

  /** All tensors in one list. */
  public List<T> tensors() {
    List<T> all = new ArrayList<>(List.of(global, before));
    all.addAll(plain);
    all.addAll(heads);
    return all;
  }

  /** The inverse of {@link #tensors}, for a path and output layers. */
  public static <T> LocalInputs<T> of(List<T> tensors, LocalPath path, List<Integer> outputs) {
    int plain = (int) outputs.stream().filter(l -> l < path.first()).count();
    return new LocalInputs<>(
        tensors.get(0),
        tensors.get(1),
        tensors.subList(2, 2 + plain),
        tensors.subList(2 + plain, tensors.size()));
  }
}
