package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What is known of a file's content before it is here.
 *
 * @param form how it is stated
 * @param hex the digits, small
 */
record ContentDigest(Form form, String hex) {
  enum Form {
    /** Of the content; of a prefix where fewer digits are published. */
    SHA256("SHA-256"),
    /** Git's of a file: of its length and content. */
    GIT_SHA1("git SHA-1");

    private final String text;

    Form(String text) {
      this.text = text;
    }
  }

  /** A published one, whole or its beginning; empty for none. */
  static Optional<ContentDigest> sha256(String hex) {
    return hex.isEmpty() ? Optional.empty() : Optional.of(new ContentDigest(Form.SHA256, hex));
  }

  /**
   * What an entity tag of Hugging Face's hub says: SHA-256 of large files, git's SHA-1 of small
   * ones.
   */
  static Optional<ContentDigest> ofTag(String tag) {
    if (tag.matches("[0-9a-f]{64}")) {
      return sha256(tag);
    }
    return tag.matches("[0-9a-f]{40}")
        ? Optional.of(new ContentDigest(Form.GIT_SHA1, tag))
        : Optional.empty();
  }

  /** Whether a file has it. */
  boolean fits(Path file, String sha256) {
    return form == Form.SHA256
        ? sha256.startsWith(hex)
        : of(file, "SHA-1", "blob " + size(file) + "\0").equals(hex);
  }

  /** SHA-256 of a file, read once. */
  static String sha256(Path file) {
    return of(file, "SHA-256", "");
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String of(Path file, String algorithm, String before) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest d = MessageDigest.getInstance(algorithm);
      d.update(before.getBytes(StandardCharsets.ISO_8859_1));
      byte[] part = new byte[1 << 16];
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        d.update(part, 0, n);
      }
      return HexFormat.of().formatHex(d.digest());
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HeadClipException unreadable(Path file, IOException e) {
    return new HeadClipException(
        "%s: cannot be read (%s)".formatted(file, AtomicFiles.reason(e)), e);
  }

  @Override
  public String toString() {
    return form.text + " " + hex;
  }
}
