package dev.headclip.dataset;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over names, labels and contents of images and masks, for provenance. */
public final class DataDigest {
  private DataDigest() {}

  /**
   * @param digests of each sample's files, see {@link DataCheck.Result#digests}
   */
  public static String of(Path root, List<Sample> samples, List<String> digests) {
    // a manifest's images lie beside it
    Path home = Files.isDirectory(root) ? absolute(root) : absolute(root).getParent();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < samples.size(); i++) {
      Sample s = samples.get(i);
      String name = home.relativize(absolute(s.image())).toString().replace('\\', '/');
      all.append(name).append('\t').append(s.anomalous()).append('\t').append(digests.get(i));
      all.append('\n');
    }
    return of(all.toString());
  }

  private static Path absolute(Path p) {
    return p.toAbsolutePath().normalize();
  }

  /** SHA-256 of a text, in hexadecimal. */
  public static String of(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
