package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.testing.TiffWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that were cut, or whose rest is zeros, as an interrupted copy leaves them. */
class DamageTest {
  private static final int POINTS = 10;

  private final ImageLoader loader = ImageLoader.defaults();

  static byte[] file(String name) throws IOException {
    try (InputStream in = DamageTest.class.getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }

  private void refused(String what, byte[] bytes) {
    assertThatThrownBy(() -> loader.decode(bytes))
        .as(what)
        .isInstanceOf(HeadClipException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reference.png",
        "cmyk.jpg",
        "progressive.jpg",
        "restart.jpg",
        "photo-lossless.webp",
        "photo-lossy.webp",
        "interlaced.gif",
        "animated.gif"
      })
  void cutOrZeroedAnywhereItIsAnErrorAndNeverHalfAPicture(String name) throws IOException {
    byte[] whole = file(name);
    assertThatCode(() -> loader.decode(whole)).doesNotThrowAnyException();
    for (int i = 1; i <= POINTS; i++) {
      int at = whole.length * i / (POINTS + 1);
      refused(name + " cut at " + at, Arrays.copyOf(whole, at));
      byte[] zeroed = whole.clone();
      Arrays.fill(zeroed, at, zeroed.length, (byte) 0);
      refused(name + " zeroed from " + at, zeroed);
    }
  }

  @Test
  void aTiffIsWholeOrRefused() {
    int[] numbers = IntStream.range(0, 40 * 30).toArray();
    for (int compression : new int[] {1, 8}) {
      byte[] whole =
          new TiffWriter(16, 1, 1, false, ByteOrder.LITTLE_ENDIAN, compression, 1)
              .write(List.of(new TiffWriter.Page(40, 30, numbers)));
      assertThatCode(() -> loader.decode(whole)).doesNotThrowAnyException();
      for (int i = 1; i <= POINTS; i++) {
        int at = whole.length * i / (POINTS + 1);
        refused("cut at " + at, Arrays.copyOf(whole, at));
      }
    }
  }

  @Test
  void aHoleInLosslessDataIsFound() throws IOException {
    byte[] whole = file("photo-lossless.webp");
    for (int i = 2; i < POINTS; i++) {
      byte[] hole = whole.clone();
      int at = whole.length * i / (POINTS + 1);
      Arrays.fill(hole, at, at + whole.length / 20, (byte) 0);
      refused("hole at " + at, hole);
    }
  }

  @Test
  void aWholePictureMayEndInZeros() throws IOException {
    assertThat(loader.decode(file("ends-in-zeros.webp")).at(599, 399, 0)).isEqualTo(255);
  }

  @Test
  void whatFollowsAPictureIsItsOwnersBusiness() throws IOException {
    byte[] jpeg = file("progressive.jpg");
    assertThatCode(() -> loader.decode(Arrays.copyOf(jpeg, jpeg.length + 4096)))
        .doesNotThrowAnyException();
  }

  @Test
  void aBmpThatHoldsAPngIsJudgedByThePng() throws IOException {
    byte[] png = png(20_000, 20_000);
    ByteBuffer bmp = ByteBuffer.allocate(54 + png.length).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put("BM".getBytes(StandardCharsets.US_ASCII)).putInt(bmp.capacity()).putInt(0).putInt(54);
    bmp.putInt(40).putInt(8).putInt(8).putShort((short) 1).putShort((short) 0).putInt(5);
    bmp.position(54);
    bmp.put(png);
    assertThatThrownBy(() -> loader.decode(bmp.array()))
        .hasMessageContaining("20000 x 20000 pixels, more than the limit");
  }

  /** A header of that size, and no pixels. */
  private static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "png", out);
    byte[] png = out.toByteArray();
    ByteBuffer b = ByteBuffer.wrap(png);
    b.putInt(16, width).putInt(20, height);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    b.putInt(29, (int) crc.getValue());
    return png;
  }

  @Test
  void tooManyPixelsAreRefusedByTheHeader() throws IOException {
    byte[] png = png(65_536, 65_536);
    assertThatThrownBy(() -> loader.decode(png))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("65536 x 65536 pixels, more than the limit");
  }

  @Test
  void anImageThatTakesTooLongIsOneLine() throws IOException {
    byte[] jpeg = file("progressive.jpg");
    ImageLoader hasty = loader.withMaxTime(Duration.ofNanos(1));
    assertThatThrownBy(() -> hasty.decode(jpeg))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("longer than 0 s to decode")
        .hasMessageContaining("max_seconds_per_image");
  }

  @Test
  void commentsAndTextsNeverReachADecoder() throws IOException {
    byte[] gif = file("interlaced.gif");
    ByteArrayOutputStream long5 = new ByteArrayOutputStream();
    int colours = 13 + (3 << (gif[10] & 7) + 1);
    long5.write(gif, 0, colours);
    long5.write(new byte[] {0x21, (byte) 0xfe});
    for (int i = 0; i < 20_000; i++) {
      long5.write(255);
      long5.write(new byte[255]);
    }
    long5.write(0);
    long5.write(gif, colours, gif.length - colours);
    RgbImage plain = loader.decode(gif);
    RgbImage commented = loader.withMaxTime(Duration.ofSeconds(20)).decode(long5.toByteArray());
    assertThat(commented.rgb()).isEqualTo(plain.rgb());
  }
}
