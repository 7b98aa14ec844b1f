package dev.headclip.map;

/**
 * A connected region of a map; box and centroid in pixels of the image.
 *
 * @param x left edge
 * @param y upper edge
 * @param width columns
 * @param height rows
 * @param area share of the whole map's pixels, 0 to 1
 * @param peak highest value inside
 * @param score mean value inside
 * @param centroidX mean place of its pixels, from the left
 * @param centroidY from above
 */
public record Region(
    int x,
    int y,
    int width,
    int height,
    double area,
    float peak,
    double score,
    double centroidX,
    double centroidY) {
  /** The same region in an image of another size; the box grows to whole pixels. */
  Region scale(int fromWidth, int fromHeight, int toWidth, int toHeight) {
    int left = (int) Math.floor((double) x * toWidth / fromWidth);
    int top = (int) Math.floor((double) y * toHeight / fromHeight);
    int right = (int) Math.ceil((double) (x + width) * toWidth / fromWidth);
    int bottom = (int) Math.ceil((double) (y + height) * toHeight / fromHeight);
    return new Region(
        left,
        top,
        right - left,
        bottom - top,
        area,
        peak,
        score,
        centroidX * toWidth / fromWidth,
        centroidY * toHeight / fromHeight);
  }
}
