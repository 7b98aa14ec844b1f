package dev.headclip.image;

/**
 * One picture of a file.
 *
 * @param image as meant to be seen
 * @param page of the file
 * @param format of the file
 * @param lossy whether its numbers may differ from those that were drawn: JPEG, lossy WebP
 * @param orientation tag that it was turned by, 1 to 8
 */
public record Picture(
    RgbImage image, Page page, ImageFormat format, boolean lossy, int orientation) {}
