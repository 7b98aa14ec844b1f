package dev.headclip.internal.image;

import dev.headclip.HeadClipException;

/** The one tag of a picture's metadata that matters here: which way is up. */
final class Exif {
  private static final int ORIENTATION = 0x112;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private Exif() {}

  /** Orientation in a block of EXIF, which begins as a TIFF does; 1 where there is none. */
  static int orientation(byte[] block) {
    try {
      if (block.length < 8) {
        return 1;
      }
      ByteView v = block[0] == 'I' ? ByteView.little(block) : ByteView.big(block);
      long directory = v.u32(4);
      int entries = v.u16(directory);
      for (int i = 0; i < entries; i++) {
        long at = directory + 2 + 12L * i;
        if (v.u16(at) == ORIENTATION) {
          int type = v.u16(at + 2);
          long value = type == SHORT ? v.u16(at + 8) : type == LONG ? v.u32(at + 8) : 1;
          return valid(value);
        }
      }
      return 1;
    } catch (HeadClipException e) {
      // a picture with unreadable metadata is still a picture
      return 1;
    }
  }

  static int valid(long value) {
    return value >= 1 && value <= 8 ? (int) value : 1;
  }
}
