package dev.headclip.image.format;

import dev.headclip.image.ImageFormat;

/**
 * A file that was walked to its end and found whole.
 *
 * @param format of {@code picture}
 * @param picture bytes that hold one picture and nothing that a decoder does not need
 * @param width of the picture as stored, pixels
 * @param height of the picture
 * @param orientation tag value, 1 to 8
 * @param lossy whether numbers may differ from those that were drawn
 * @param frames of an animation; 1 for a still picture
 */
public record Container(
    ImageFormat format,
    byte[] picture,
    int width,
    int height,
    int orientation,
    boolean lossy,
    int frames) {}
