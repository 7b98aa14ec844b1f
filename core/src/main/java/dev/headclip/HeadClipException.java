package dev.headclip;

/**
 * Something that the caller can mend: a bad file, a setting that does not fit. The message is one
 * line: what was found, what was expected, what to do.
 */
public final class HeadClipException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public HeadClipException(String message) {
    super(message);
  }

  public HeadClipException(String message, Throwable cause) {
    super(message, cause);
  }
}
