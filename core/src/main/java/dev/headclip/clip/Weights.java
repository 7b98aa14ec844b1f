package dev.headclip.clip;

/**
 * A backbone's tensors by canonical name.
 *
 * @param <T> the implementation's tensor
 */
@FunctionalInterface
public interface Weights<T> {
  /** The tensor called {@code name}; one of {@link ClipNames}. */
  T get(String name);
}
