package dev.headclip.spark.internal.model;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Collections;

/** Bytes that lie in several arrays: files may be larger than one. */
final class Chunks extends SequenceInputStream {
  static final int SIZE = 32 << 20;

  Chunks(byte[][] parts) {
    super(
        Collections.enumeration(
            Arrays.stream(parts).<InputStream>map(ByteArrayInputStream::new).toList()));
  }
}
