package dev.headclip.spark.internal.compare;

import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Look;
import dev.headclip.image.Page;
import dev.headclip.reference.SampledScores;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * An image that a task looked at, on its way through the stages of a comparison; of one that could
 * not be read, the error and no more.
 *
 * @param row what it came with
 * @param group that it is compared within
 * @param name in results
 * @param error empty where there was none
 * @param evidence the method's, with tokens or what they gave
 * @param copies tokens of a reference's turned copies; none where there are none
 * @param sample what the ends of its group are found by; null before there is one
 */
record Looked(
    Row row,
    String group,
    String name,
    String error,
    int width,
    int height,
    Page page,
    double milliseconds,
    String digest,
    Tensors<HostTensor> evidence,
    Tensors<HostTensor> copies,
    SampledScores.Image sample)
    implements Serializable {
  private static final long serialVersionUID = 1;

  static Looked of(Row row, String group, String name, Look look) {
    if (look instanceof Look.Failed f) {
      return failed(row, group, name, f.error());
    }
    Look.Seen s = (Look.Seen) look;
    return new Looked(
        row,
        group,
        name,
        "",
        s.width(),
        s.height(),
        s.page(),
        s.milliseconds(),
        s.digest(),
        s.evidence(),
        s.copies().orElse(Tensors.none()),
        null);
  }

  static Looked failed(Row row, String group, String name, String error) {
    return new Looked(
        row, group, name, error, 0, 0, Page.only(), 0, "", Tensors.none(), Tensors.none(), null);
  }

  /** Another image has another, even under the same name. */
  String key() {
    return "%s\t%s%s".formatted(name, digest, error);
  }

  /** A reference as its scorer saw it, without what it was seen by. */
  Looked judged(Tensors<HostTensor> found) {
    return new Looked(
        null,
        "",
        name,
        error,
        width,
        height,
        page,
        milliseconds,
        digest,
        found,
        Tensors.none(),
        null);
  }

  /** The same with no more than its name, error and digest. */
  Looked named() {
    return new Looked(
        null, "", name, error, 0, 0, page, 0, digest, Tensors.none(), Tensors.none(), null);
  }

  boolean seen() {
    return error.isEmpty();
  }

  Looked with(Tensors<HostTensor> other, SampledScores.Image found) {
    return new Looked(
        row, group, name, error, width, height, page, milliseconds, digest, other, copies, found);
  }

  Optional<Tensors<HostTensor>> turned() {
    return copies.names().isEmpty() ? Optional.empty() : Optional.of(copies);
  }

  /** As a comparer gave it. */
  Look.Seen look() {
    ImageSource source = ImageSource.of(name, new byte[0]);
    return new Look.Seen(
        source, width, height, page, digest, Tensors.none(), Optional.empty(), milliseconds);
  }
}
