package dev.headclip.training;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataCheck;
import dev.headclip.dataset.DataDigest;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageLoader;
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
    return new TrainingData(
        new AnnotatedSet(set.name(), set.root(), set.known(), good),
        new DataCheck.Result(
            digests, all.problems(), all.unmasked(), all.emptyMasks(), all.oneLabel()),
        loader);
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
    int n = m.size() * m.size();
    float[] pixels;
    float[] mask = new float[n];
    try {
      pixels = m.views().of(loader.load(s.image()), m.normalization())[0];
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(s.image(), e.getMessage()), e);
    }
    if (s.mask().isPresent()) {
      byte[] bits = MaskReader.square(loader, s.mask().get(), m.size());
      for (int i = 0; i < n; i++) {
        mask[i] = bits[i];
      }
    }
    return new Prepared(pixels, mask);
  }
}
