package dev.headclip.spark.internal.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files and words. */
public final class Sha256 {
  private Sha256() {}

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(MessageDigest d) {
    return HexFormat.of().formatHex(d.digest());
  }

  /** Of text as UTF-8. */
  public static String of(String text) {
    MessageDigest d = digest();
    d.update(text.getBytes(StandardCharsets.UTF_8));
    return hex(d);
  }

  static String of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  /** Of what is left of a stream. */
  static String of(InputStream in) throws IOException {
    MessageDigest d = digest();
    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), d));
    return hex(d);
  }

  /** Writes what a stream gives into a file; its digest. */
  static String copied(InputStream from, Path to) throws IOException {
    MessageDigest d = digest();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(to), d)) {
      from.transferTo(out);
    }
    return hex(d);
  }
}
