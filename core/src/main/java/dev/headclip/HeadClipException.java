package dev.headclip;

import dev.headclip.internal.text.Printable;

/**
 * Something that the caller can mend: a bad file, a setting that does not fit. The message is one
 * line, whatever files and names put into it: what was found, what was expected, what to do.
 */
public final class HeadClipException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Longer ones are cut: a file may hold a name of megabytes. */
  private static final int LONGEST = 2000;

  public HeadClipException(String message) {
    super(line(message));
  }

  public HeadClipException(String message, Throwable cause) {
    super(line(message), cause);
  }

  private static String line(String message) {
    String text = String.valueOf(message);
    return Printable.line(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...");
  }
}
