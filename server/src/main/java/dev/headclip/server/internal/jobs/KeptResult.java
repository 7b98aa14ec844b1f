package dev.headclip.server.internal.jobs;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.Scores;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What was found in an image, its map in a file: it can be judged by any threshold and written in
 * any form without the network.
 */
sealed interface KeptResult {
  /** The image. */
  ImageStore.Stored image();

  /**
   * It could not be scored.
   *
   * @param error one line
   */
  record Failed(ImageStore.Stored image, String error) implements KeptResult {}

  /**
   * It was.
   *
   * @param found everything but map, regions and evidence
   * @param side columns of the map
   * @param rows of the map
   * @param map float32 values, little-endian
   */
  record Scored(ImageStore.Stored image, Detection found, int side, int rows, Path map)
      implements KeptResult {

    /** With its map, judged by a threshold. */
    Detection judged(double threshold) {
      return whole().judged(threshold);
    }

    private Detection whole() {
      try {
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(map)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[b.remaining() / Float.BYTES];
        b.asFloatBuffer().get(values);
        return with(found, new AnomalyMap(side, rows, values));
      } catch (IOException e) {
        throw new HeadClipException("the map is not kept any more", e);
      }
    }
  }

  /** Bytes that a map takes. */
  static long bytes(Detection d) {
    return (long) Float.BYTES * d.map().values().length;
  }

  /** Keeps a result; its map goes to a file. */
  static KeptResult of(ImageStore.Stored image, Detection d, Path file) {
    ByteBuffer b =
        ByteBuffer.allocate(Float.BYTES * d.map().values().length).order(ByteOrder.LITTLE_ENDIAN);
    b.asFloatBuffer().put(d.map().values());
    try {
      Files.write(file, b.array());
    } catch (IOException e) {
      throw new HeadClipException(
          "the map cannot be kept (%s)".formatted(AtomicFiles.reason(e)), e);
    }
    AnomalyMap none = new AnomalyMap(1, 1, new float[1]);
    return new Scored(image, with(d, none), d.map().width(), d.map().height(), file);
  }

  private static Detection with(Detection d, AnomalyMap map) {
    return new Detection(
        d.score(),
        d.globalScore(),
        d.localScore(),
        d.anomalous(),
        d.threshold(),
        d.mapThreshold(),
        d.width(),
        d.height(),
        d.page(),
        List.of(),
        map,
        d.raw().map(r -> new Scores.Raw(r.score(), map)),
        Tensors.none(),
        d.milliseconds());
  }
}
