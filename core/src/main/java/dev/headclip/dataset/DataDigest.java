package dev.headclip.dataset;

import java.nio.charset.StandardCharsets;
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
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < samples.size(); i++) {
      Sample s = samples.get(i);
      String name = root.relativize(s.image()).toString().replace('\\', '/');
      all.append(name).append('\t').append(s.anomalous()).append('\t').append(digests.get(i));
      all.append('\n');
    }
    return of(all.toString());
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
