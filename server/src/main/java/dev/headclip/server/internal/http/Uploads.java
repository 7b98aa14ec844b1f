package dev.headclip.server.internal.http;

import dev.headclip.internal.text.Printable;
import dev.headclip.server.settings.Limits;
import io.javalin.http.Context;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * Files in requests: the body itself, or the parts of a form. They go to the store as they come;
 * nothing of them is kept in memory, and nothing that was too much is left behind.
 */
public final class Uploads {
  /** Parts beside the images: masks. */
  private static final List<String> MASKS = List.of("mask", "ignore");

  private static final int LONGEST_NAME = 255;
  private static final int LATER = 60;

  private final Limits limits;
  private final ImageStore store;

  public Uploads(Limits limits, ImageStore store) {
    this.limits = limits;
    this.store = store;
  }

  /**
   * What came.
   *
   * @param images in their order
   * @param parts what each image's part of the form was called
   * @param mask a picture of what counts, or is to be ignored
   * @param ignored which of both
   * @param raw whether the body was the image itself
   */
  public record Received(
      List<ImageStore.Stored> images,
      List<String> parts,
      Optional<ImageStore.Stored> mask,
      boolean ignored,
      boolean raw) {
    /** Nobody needs them any more. */
    public void forget(ImageStore store) {
      images.forEach(s -> store.remove(s.id()));
      mask.ifPresent(s -> store.remove(s.id()));
    }
  }

  /** Whether a request's body is files. */
  public static boolean isFiles(Context c) {
    String type = String.valueOf(c.contentType());
    return type.startsWith("multipart/form-data")
        || type.startsWith("image/")
        || type.startsWith("application/octet-stream");
  }

  /**
   * Reads a request's files into the store.
   *
   * @throws Problem where they are too many, too large, cut off or of another type
   */
  public Received read(Context c) {
    if (c.header("Content-Encoding") != null) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
          "content encoding '%s': expected none".formatted(c.header("Content-Encoding")));
    }
    if (!isFiles(c)) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
          "content type '%s', expected image/*, application/octet-stream, multipart/form-data"
              .formatted(c.contentType() == null ? "" : c.contentType()));
    }
    long announced = c.req().getContentLengthLong();
    boolean raw = !String.valueOf(c.contentType()).startsWith("multipart/");
    if (announced > (raw ? limits.imageBytes() : limits.requestBytes())) {
      throw raw ? largeImage("the body") : largeRequest();
    }
    // what is on its way in takes its room, too
    long room = announced >= 0 ? announced : raw ? limits.imageBytes() : limits.requestBytes();
    store.take(room);
    try {
      return raw ? raw(c) : form(c);
    } catch (IOException e) {
      throw cut(e);
    } finally {
      store.give(room);
    }
  }

  private static Problem cut(Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (String.valueOf(t.getMessage()).contains("No space left")) {
        return Problem.later(
            Problem.Kind.STORAGE_FULL, "no space is left on the server's disk", LATER);
      }
    }
    return new Problem(
        Problem.Kind.INVALID_REQUEST, "the body is cut off, or not what its content type says", e);
  }

  private Problem largeRequest() {
    return new Problem(
        Problem.Kind.TOO_LARGE,
        "a request of more than %d MiB; send fewer images at a time"
            .formatted(limits.requestBytes() >> 20));
  }

  private Problem largeImage(String what) {
    return new Problem(
        Problem.Kind.TOO_LARGE,
        "%s has more than %d MiB".formatted(what, limits.imageBytes() >> 20));
  }

  private Received raw(Context c) throws IOException {
    Path file = Files.createTempFile(store.folder(), "raw", "");
    try {
      try (InputStream in = c.req().getInputStream();
          OutputStream out = Files.newOutputStream(file)) {
        long all = 0;
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          all += n;
          if (all > limits.imageBytes()) {
            throw largeImage("the body");
          }
          out.write(buffer, 0, n);
        }
        if (all == 0) {
          throw Problem.invalid("the body is empty, expected an image");
        }
      }
      String name = Optional.ofNullable(c.queryParam("name")).orElse("image");
      return new Received(
          List.of(store.add(plain(name), file)), List.of(""), Optional.empty(), false, true);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Received form(Context c) throws IOException {
    c.req()
        .setAttribute(
            ServletContextRequest.MULTIPART_CONFIG_ELEMENT,
            new MultipartConfigElement(
                store.folder().toString(), limits.imageBytes(), limits.requestBytes(), 0));
    Collection<Part> parts;
    try {
      parts = c.req().getParts();
    } catch (ServletException | RuntimeException e) {
      throw refused(e);
    }
    List<ImageStore.Stored> images = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Optional<ImageStore.Stored> mask = Optional.empty();
    boolean ignored = false;
    try {
      if (parts.size() > limits.requestImages()) {
        throw tooMany();
      }
      for (Part p : parts) {
        if (p.getSubmittedFileName() == null) {
          throw Problem.invalid(
              "part '%s' is no file; options stand in the address".formatted(plain(p.getName())));
        }
        boolean isMask = MASKS.contains(p.getName());
        if (isMask && mask.isPresent()) {
          throw Problem.invalid("several masks, expected one");
        }
        ImageStore.Stored s = stored(p);
        if (isMask) {
          mask = Optional.of(s);
          ignored = p.getName().equals("ignore");
        } else {
          images.add(s);
          names.add(p.getName());
        }
      }
      if (images.isEmpty()) {
        throw Problem.invalid("no image among the parts, expected at least one");
      }
      return new Received(List.copyOf(images), names, mask, ignored, false);
    } catch (RuntimeException | IOException e) {
      images.forEach(s -> store.remove(s.id()));
      mask.ifPresent(s -> store.remove(s.id()));
      throw e;
    } finally {
      for (Part p : parts) {
        p.delete();
      }
    }
  }

  private ImageStore.Stored stored(Part p) throws IOException {
    Path file = store.folder().resolve(store.newId() + ".part");
    p.write(file.getFileName().toString());
    return store.add(plain(p.getSubmittedFileName()), file);
  }

  private Problem tooMany() {
    return new Problem(
        Problem.Kind.TOO_LARGE,
        "more than %d images in a request; send fewer at a time".formatted(limits.requestImages()));
  }

  /** The parser's refusals, told apart by what they say. */
  private Problem refused(Exception e) {
    StringBuilder all = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      all.append(t.getMessage()).append(' ');
    }
    String said = all.toString().toLowerCase(java.util.Locale.ROOT);
    if (said.contains("max parts")
        || said.contains("form with too many")
        || said.contains("max form")) {
      return tooMany();
    }
    if (said.contains("max file size") || said.contains("part size")) {
      return largeImage("a file");
    }
    if (said.contains("max length")
        || said.contains("request exceeds")
        || said.contains("too large")
        || said.contains("exceeded")) {
      return largeRequest();
    }
    return cut(e);
  }

  /** A name for people: printable, without a drive, a root or steps upwards. */
  static String plain(String name) {
    String text =
        Arrays.stream(Printable.line(name).split("[/\\\\]"))
            .filter(part -> !part.isBlank() && !part.equals(".") && !part.equals(".."))
            .filter(part -> !part.matches("[A-Za-z]:"))
            .collect(Collectors.joining("/"));
    return text.isEmpty() ? "image" : text.substring(Math.max(0, text.length() - LONGEST_NAME));
  }
}
