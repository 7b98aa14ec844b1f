package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over names, labels and bytes of images and masks, for provenance. */
public final class DataDigest {
  private DataDigest() {}

  public static String of(Path root, List<Sample> samples) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Sample s : samples) {
        add(sha, root, s.image());
        sha.update((byte) (s.anomalous() ? 1 : 0));
        if (s.mask().isPresent()) {
          add(sha, root, s.mask().get());
        }
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(root, e), e);
    }
  }

  private static void add(MessageDigest sha, Path root, Path file) throws IOException {
    String name = root.relativize(file).toString().replace('\\', '/');
    sha.update(name.getBytes(StandardCharsets.UTF_8));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
  }
}
