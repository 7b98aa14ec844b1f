package dev.headclip.weights;

import dev.headclip.tensor.HostTensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 over named tensors. */
public final class TensorDigest {
  private TensorDigest() {}

  /**
   * @param text digested first
   * @param tensors names, shapes and numbers, in this order
   */
  public static String of(String text, Map<String, HostTensor> tensors) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(text.getBytes(StandardCharsets.UTF_8));
      tensors.forEach(
          (name, t) -> {
            sha.update((name + TensorInfo.text(t.shape())).getBytes(StandardCharsets.UTF_8));
            ByteBuffer b = ByteBuffer.allocate(4 * t.data().length);
            b.asFloatBuffer().put(t.data());
            sha.update(b);
          });
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
