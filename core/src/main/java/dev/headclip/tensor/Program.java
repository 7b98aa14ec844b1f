package dev.headclip.tensor;

/**
 * Something computed from given tensors alone. Equal programs compute the same, so that an engine
 * may keep what it made of one: a record is the natural form.
 */
public interface Program {
  /**
   * @param inputs by name
   * @return results by name
   */
  <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> inputs);
}
