package dev.headclip.weights;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class ZipDirectoryTest {
  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        byte[] content = (name + " holds this").getBytes(StandardCharsets.UTF_8);
        ZipEntry e = new ZipEntry(name);
        e.setMethod(ZipEntry.STORED);
        e.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        e.setCrc(crc.getValue());
        zip.putNextEntry(e);
        zip.write(content);
      }
    }
    return out.toByteArray();
  }

  private static void check(byte[] file) throws IOException {
    ZipDirectory.check("f.pt", Bytes.of(file));
  }

  private static void refused(byte[] file, String why) {
    assertThatThrownBy(() -> check(file))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(why);
  }

  private static byte[] renamed(byte[] zip, String from, String to, boolean last) {
    byte[] out = zip.clone();
    byte[] f = from.getBytes(StandardCharsets.UTF_8);
    byte[] t = to.getBytes(StandardCharsets.UTF_8);
    for (int i = last ? out.length / 2 : 0; i + f.length <= out.length; i++) {
      if (Arrays.equals(out, i, i + f.length, f, 0, f.length)) {
        System.arraycopy(t, 0, out, i, t.length);
      }
    }
    return out;
  }

  @Test
  void aPlainArchiveIsFine() throws IOException {
    byte[] whole = zip("a/data.pkl", "a/data/0");
    assertThatCode(() -> check(whole)).doesNotThrowAnyException();
  }

  @Test
  void aNameTwiceIsRefused() throws IOException {
    refused(renamed(zip("a1", "a2"), "a2", "a1", false), "two entries are called a1");
  }

  @Test
  void anEntryCalledOtherwiseInTheDirectoryIsRefused() throws IOException {
    refused(renamed(zip("a1", "a2"), "a2", "b2", true), "is called a2 where it lies");
  }

  @Test
  void anEntryOverAnotherIsRefused() throws IOException {
    byte[] file = zip("a1", "a2");
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int directory = b.getInt(file.length - 22 + 16);
    // the first claims more bytes than lie before the second
    b.putInt(directory + 20, 40).putInt(directory + 24, 40);
    refused(file, "runs into what follows it");
  }

  @Test
  void aCutOrDoubledEndIsRefused() throws IOException {
    byte[] file = zip("a1");
    refused(Arrays.copyOf(file, file.length - 1), "not a whole zip archive");
    byte[] two = Arrays.copyOf(file, 2 * file.length);
    System.arraycopy(file, 0, two, file.length, file.length);
    refused(two, "directory does not lie before its end");
  }
}
