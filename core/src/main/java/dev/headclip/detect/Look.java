package dev.headclip.detect;

import dev.headclip.image.Page;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Objects;
import java.util.Optional;

/** An image whose tokens were read, before it is compared with anything. */
public sealed interface Look {
  /** The image. */
  ImageSource source();

  /**
   * The network saw it.
   *
   * @param width pixels
   * @param height pixels
   * @param page of its file
   * @param digest of a reference's pixels: the same picture has the same, wherever it lies; else
   *     empty
   * @param evidence the method's, with tokens
   * @param copies the tokens of its turned copies, [n,N,C]; where references are turned
   * @param milliseconds spent on it
   */
  record Seen(
      ImageSource source,
      int width,
      int height,
      Page page,
      String digest,
      Tensors<HostTensor> evidence,
      Optional<Tensors<HostTensor>> copies,
      double milliseconds)
      implements Look {
    public Seen {
      Objects.requireNonNull(copies, "copies");
    }

    /** The same without its tensors. */
    public Seen without() {
      return new Seen(
          source, width, height, page, digest, Tensors.none(), Optional.empty(), milliseconds);
    }
  }

  /**
   * It could not be read.
   *
   * @param error one line
   */
  record Failed(ImageSource source, String error) implements Look {}
}
