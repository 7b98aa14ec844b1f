package dev.headclip.server.settings;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's certificate.
 *
 * @param certificate a file in PEM form: the server's, then those it was signed by
 * @param key its private key, PEM of PKCS #8, not encrypted
 */
public record Tls(Path certificate, Path key) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final String ALIAS = "headclip";

  /** A password for the store in memory; it never leaves the process. */
  public static final String PASSWORD = "headclip";

  /**
   * Both as a key store in memory.
   *
   * @throws HeadClipException naming the file that does not do
   */
  public KeyStore keyStore() {
    try {
      Certificate[] chain = chain().toArray(Certificate[]::new);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, PASSWORD.toCharArray());
      store.setKeyEntry(ALIAS, privateKey(), PASSWORD.toCharArray(), chain);
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new HeadClipException(
          "%s: does not go with %s (%s)".formatted(key, certificate, e.getMessage()), e);
    }
  }

  private List<Certificate> chain() {
    try {
      byte[] bytes = bytes(certificate);
      List<Certificate> all =
          List.copyOf(
              CertificateFactory.getInstance("X.509")
                  .generateCertificates(new ByteArrayInputStream(bytes)));
      if (all.isEmpty()) {
        throw new HeadClipException("%s: no certificate, expected PEM".formatted(certificate));
      }
      return all;
    } catch (GeneralSecurityException e) {
      throw new HeadClipException(
          "%s: no certificate that can be read, expected PEM (%s)"
              .formatted(certificate, e.getMessage()),
          e);
    }
  }

  private PrivateKey privateKey() {
    Matcher m = KEY.matcher(new String(bytes(key), StandardCharsets.ISO_8859_1));
    if (!m.find()) {
      throw new HeadClipException(
          "%s: no key that can be read, expected PEM with BEGIN PRIVATE KEY; openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW makes one"
              .formatted(key));
    }
    byte[] der = Base64.getMimeDecoder().decode(m.group(1));
    for (String kind : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // of another kind
      }
    }
    throw new HeadClipException("%s: a key of no known kind, expected RSA or EC".formatted(key));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(file, AtomicFiles.reason(e)), e);
    }
  }
}
