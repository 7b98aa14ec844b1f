package dev.headclip.server.internal.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/**
 * A request that cannot be answered: one of a closed set of reasons, as problem+json (RFC 9457).
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The media type. */
  public static final String MEDIA = "application/problem+json";

  /** All reasons there are; documented in {@code openapi.json}. */
  public enum Kind {
    INVALID_REQUEST(400, "The request is not understood"),
    UNAUTHORIZED(401, "A token is needed"),
    FORBIDDEN_ORIGIN(403, "Another site's page asked"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "Not with this method"),
    CONFLICT(409, "It cannot be done as things are"),
    TOO_LARGE(413, "More than is taken at a time"),
    UNSUPPORTED_MEDIA_TYPE(415, "Of another type than is read"),
    WRONG_HOST(421, "This server is not known by that name"),
    UNREADABLE_IMAGE(422, "The image cannot be read"),
    UNUSABLE(422, "It cannot be done with these"),
    TOO_MANY_LISTENERS(429, "Too many listen already"),
    INTERNAL_ERROR(500, "Something is wrong in the server"),
    QUEUE_FULL(503, "Too many images wait"),
    STOPPING(503, "The server is being stopped"),
    DEADLINE(504, "It took too long"),
    STORAGE_FULL(507, "Too many images are kept");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** As it is called in answers. */
    public String code() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Kind kind;
  private final int retryAfter;

  private Problem(Kind kind, String detail, int retryAfter, Throwable cause) {
    super(detail, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  /**
   * @param detail one line: what was found, what was expected
   */
  public Problem(Kind kind, String detail) {
    this(kind, detail, 0, null);
  }

  /** One that another exception led to. */
  public Problem(Kind kind, String detail, Throwable cause) {
    this(kind, detail, 0, cause);
  }

  /** One that goes away by itself. */
  public static Problem later(Kind kind, String detail, int seconds) {
    return new Problem(kind, detail, seconds, null);
  }

  public static Problem notFound(String what) {
    return new Problem(Kind.NOT_FOUND, what);
  }

  public static Problem invalid(String detail) {
    return new Problem(Kind.INVALID_REQUEST, detail);
  }

  public Kind kind() {
    return kind;
  }

  /** Seconds after which it is worth another try. */
  public OptionalInt retryAfter() {
    return retryAfter > 0 ? OptionalInt.of(retryAfter) : OptionalInt.empty();
  }

  /** The answer. */
  public ObjectNode json() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    o.put("type", "/docs#" + kind.code()).put("title", kind.title).put("status", kind.status);
    return o.put("code", kind.code()).put("detail", getMessage());
  }
}
