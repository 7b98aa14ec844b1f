package dev.headclip.method;

import dev.headclip.clip.LayerHook;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.Optional;

/**
 * A method's network, cut by what each stage depends on. A stage's tensors are its own business;
 * their names say what they are.
 *
 * <table>
 * <caption>Stages</caption>
 * <tr><th>stage</th><th>depends on</th><th>runs</th></tr>
 * <tr><td>{@link #prepare}</td><td>learned numbers</td><td>once a model; in training, each step</td></tr>
 * <tr><td>{@link #words}</td><td>learned numbers, the class's name</td><td>once a class</td></tr>
 * <tr><td>{@link #frozen}</td><td>the image</td><td>once an image; training keeps it</td></tr>
 * <tr><td>{@link #features}</td><td>all of these</td><td>each step, image by image</td></tr>
 * <tr><td>{@link #evidence}, {@link #loss}</td><td>features</td><td>for a batch</td></tr>
 * </table>
 *
 * @param <T> the implementation's tensor
 */
public interface Network<T> {
  /** What the learned numbers give by themselves: text features, folded weights. */
  default Tensors<T> prepare(TensorOps<T> ops, Tensors<T> learned) {
    return Tensors.none();
  }

  /** What depends on the class's name, too; added to what {@link #prepare} gives. */
  default Tensors<T> words(TensorOps<T> ops, Tensors<T> learned, ClassName name) {
    return Tensors.none();
  }

  /**
   * What of an image does not depend on learned numbers.
   *
   * @param pixels [B,3,S,S], normalised
   */
  Tensors<T> frozen(TensorOps<T> ops, T pixels);

  /** Features of images, batch first; by default the frozen stage's. */
  default Tensors<T> features(TensorOps<T> ops, Tensors<T> frozen, Tensors<T> prepared) {
    return frozen;
  }

  /**
   * The same features from pixels, where one pass is cheaper than two; to the bit what the two
   * stages give.
   */
  default Tensors<T> features(TensorOps<T> ops, T pixels, Tensors<T> prepared) {
    return features(ops, frozen(ops, pixels), prepared);
  }

  /**
   * {@link #features(TensorOps, Object, Tensors)} by a pass in which somebody sees what leaves the
   * layers of the frozen tower; empty where the network makes no pass of the whole image through a
   * tower that it leaves as it is.
   *
   * @param watcher looks on
   */
  default Optional<Tensors<T>> watched(
      TensorOps<T> ops, T pixels, Tensors<T> prepared, LayerHook<T> watcher) {
    return Optional.empty();
  }

  /**
   * The numbers that an image is judged by, batch first: what sessions give, journals keep and a
   * {@link Scoring} reads.
   */
  Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared);

  /** The scalar that learning makes small, under this name among a loss's parts. */
  String TOTAL = "total";

  /**
   * Scalars of a batch: {@value #TOTAL}, and under other names its parts, for logs.
   *
   * @throws UnsupportedOperationException where nothing is learned
   */
  default Tensors<T> loss(
      TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared, Truth<T> truth) {
    throw new UnsupportedOperationException("this method learns nothing");
  }
}
