package dev.headclip.training;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataCheck;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.Mask;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Picture;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * An annotated data set that was read once and found usable.
 *
 * @param set its images
 * @param check what was found
 * @param loader of the images
 */
public record TrainingData(AnnotatedSet set, DataCheck.Result check, ImageLoader loader) {
  /** Reads everything; throws where something cannot be used. */
  public static TrainingData check(AnnotatedSet set, IntConsumer progress) {
    ImageLoader loader = ImageLoader.defaults();
    return new TrainingData(
        set, DataCheck.run(set.samples(), loader, progress).requireUsable(set), loader);
  }

  /** Reads everything to be scored with; what cannot be used is left out. */
  public static TrainingData usable(AnnotatedSet set, IntConsumer progress) {
    ImageLoader loader = ImageLoader.defaults();
    DataCheck.Result all = DataCheck.run(set.samples(), loader, progress);
    List<Sample> good = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    for (int i = 0; i < set.samples().size(); i++) {
      if (!all.digests().get(i).isEmpty()) {
        good.add(set.samples().get(i));
        digests.add(all.digests().get(i));
      }
    }
    return new TrainingData(set.only(good), all.of(digests), loader);
  }

  public List<Sample> samples() {
    return set.samples();
  }

  /** SHA-256 over names, labels, images, masks. */
  public String digest() {
    return DataDigest.of(set.root(), samples(), check.digests());
  }

  /**
   * One image ready for the network.
   *
   * @param pixels [3,S,S], normalised
   * @param mask [S,S], 0 or 1; all 0 where there is none
   */
  record Prepared(float[] pixels, float[] mask) {}

  Prepared prepare(int index, RecordLoader.Making m) {
    Sample s = samples().get(index);
    Picture image = picture(s);
    byte[] bits = mask(s, image, m.size(), m.size());
    return new Prepared(pixels(image.image(), s, m), floats(bits));
  }

  /** Four images as one, two by two; each as large as the first. */
  Prepared mosaic(int[] four, RecordLoader.Making m) {
    Sample first = samples().get(four[0]);
    RgbImage[] cells = new RgbImage[four.length];
    byte[][] masks = new byte[four.length][];
    for (int i = 0; i < four.length; i++) {
      Sample s = samples().get(four[i]);
      Picture picture = picture(s);
      RgbImage own = picture.image();
      int width = i == 0 ? own.width() : cells[0].width();
      int height = i == 0 ? own.height() : cells[0].height();
      cells[i] = PillowResize.BICUBIC.resize(own, width, height);
      masks[i] = mask(s, picture, width, height);
    }
    int w = cells[0].width();
    int h = cells[0].height();
    byte[] rgb = new byte[Math.multiplyExact(12, Math.multiplyExact(w, h))];
    byte[] mask = new byte[4 * w * h];
    for (int i = 0; i < four.length; i++) {
      for (int y = 0; y < h; y++) {
        int to = (y + i / 2 * h) * 2 * w + i % 2 * w;
        System.arraycopy(cells[i].rgb(), 3 * y * w, rgb, 3 * to, 3 * w);
        System.arraycopy(masks[i], y * w, mask, to, w);
      }
    }
    byte[] bits = MaskReader.square(new Mask(2 * w, 2 * h, mask), m.size());
    return new Prepared(pixels(new RgbImage(2 * w, 2 * h, rgb), first, m), floats(bits));
  }

  private byte[] mask(Sample s, Picture image, int width, int height) {
    return s.mask()
        .map(m -> MaskReader.read(loader, m, ImageLoader.Header.of(image)).mask())
        .map(m -> MaskReader.resized(m, width, height))
        .orElseGet(() -> new byte[width * height]);
  }

  private Picture picture(Sample s) {
    try {
      return loader.picture(s.image(), 1);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(s.image(), e.getMessage()), e);
    }
  }

  private static float[] pixels(RgbImage image, Sample s, RecordLoader.Making m) {
    try {
      return m.views().of(image, m.normalization())[0];
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(s.image(), e.getMessage()), e);
    }
  }

  private static float[] floats(byte[] bits) {
    float[] mask = new float[bits.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = bits[i];
    }
    return mask;
  }
}
