package dev.headclip.detect;

import dev.headclip.image.ImageLoader;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * An image to be looked at, which is opened when its turn comes.
 *
 * @param id names it in results and messages
 * @param className what it shows, where that is known
 * @param content how to get it
 */
public record ImageSource(String id, Optional<ClassName> className, Content content) {
  public ImageSource {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(content, "content");
  }

  /** Where an image comes from. */
  @FunctionalInterface
  public interface Content {
    /**
     * The decoded image; called once, from any thread.
     *
     * @throws dev.headclip.HeadClipException in one line that does not name it
     */
    RgbImage load(ImageLoader loader);
  }

  /** Opens a stream of an image file's bytes. */
  @FunctionalInterface
  public interface Opener {
    InputStream open() throws IOException;
  }

  /** An image file; its path is its name. */
  public static ImageSource of(Path file) {
    return of(file.toString(), loader -> loader.load(file));
  }

  /** The bytes of an image file. */
  public static ImageSource of(String id, byte[] bytes) {
    return of(id, loader -> loader.decode(bytes));
  }

  /** A stream of an image file's bytes, opened and closed when its turn comes. */
  public static ImageSource of(String id, Opener stream) {
    return of(
        id,
        loader -> {
          try (InputStream in = stream.open()) {
            return loader.load(in);
          } catch (IOException e) {
            throw ImageLoader.unreadable(e);
          }
        });
  }

  /** A decoded image. */
  public static ImageSource of(String id, BufferedImage image) {
    return of(id, loader -> RgbImage.of(image));
  }

  public static ImageSource of(String id, Content content) {
    return new ImageSource(id, Optional.empty(), content);
  }

  /** The same, showing what {@code name} says. */
  public ImageSource withClass(ClassName name) {
    return new ImageSource(id, Optional.of(name), content);
  }
}
