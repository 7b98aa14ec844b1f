package dev.headclip.detect;

import dev.headclip.image.ImageLoader;
import dev.headclip.image.Page;
import dev.headclip.image.Picture;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

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

    /** The same with its place in its file. */
    default Loaded loadPage(ImageLoader loader) {
      return new Loaded(load(loader), Page.only());
    }

    /** Memory that it takes while it waits, beyond a few hundred bytes. */
    default long heldBytes() {
      return 0;
    }
  }

  /**
   * A decoded image.
   *
   * @param page of its file
   */
  public record Loaded(RgbImage image, Page page) {
    /** Of a picture. */
    public static Loaded of(Picture p) {
      return new Loaded(p.image(), p.page());
    }
  }

  /** A content that knows its place in a file. */
  private interface Paged extends Content {
    @Override
    default RgbImage load(ImageLoader loader) {
      return loadPage(loader).image();
    }

    @Override
    Loaded loadPage(ImageLoader loader);
  }

  private static ImageSource paged(String id, Function<ImageLoader, Picture> picture) {
    Paged content = loader -> Loaded.of(picture.apply(loader));
    return of(id, content);
  }

  /** Opens a stream of an image file's bytes. */
  @FunctionalInterface
  public interface Opener {
    InputStream open() throws IOException;
  }

  /** An image file, or its first page; its path is its name. */
  public static ImageSource of(Path file) {
    return of(file.toString(), file, 1);
  }

  /** A page of a file, from 1 on, under a name of its own. */
  public static ImageSource of(String id, Path file, int page) {
    return paged(id, loader -> loader.picture(file, page));
  }

  /** A page of a file, from 1 on; named {@code file[page]}. */
  public static ImageSource of(Path file, int page) {
    return of("%s[%d]".formatted(file, page), file, page);
  }

  /** The bytes of an image file. */
  public static ImageSource of(String id, byte[] bytes) {
    Paged content =
        new Paged() {
          @Override
          public Loaded loadPage(ImageLoader loader) {
            return Loaded.of(loader.decode(bytes, 1));
          }

          @Override
          public long heldBytes() {
            return bytes.length;
          }
        };
    return of(id, content);
  }

  /** A stream of an image file's bytes, opened and closed when its turn comes. */
  public static ImageSource of(String id, Opener stream) {
    return paged(
        id,
        loader -> {
          try (InputStream in = stream.open()) {
            return loader.decode(in.readAllBytes(), 1);
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
