package dev.headclip.training.spi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * The frozen part of one image and its mask, in an engine's memory: float32 tensors by name.
 * Closing it frees what it owns.
 */
public interface Frozen extends AutoCloseable {
  /** The mask's name among them, [1,S,S]. */
  String MASK = "mask";

  List<String> names();

  long[] shape(String name);

  /**
   * @param use gets the numbers, little-endian, valid during the call only
   */
  void read(String name, Consumer<ByteBuffer> use);

  /** Numbers in all tensors. */
  long numbers();

  @Override
  void close();
}
