package dev.headclip.training;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.dataset.Sample;
import dev.headclip.method.TrainSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which images of an epoch are replaced by four of their class, two by two (AdaCLIP's
 * dataset/base_dataset.py:54-98). The label stays that of the image which was replaced, as there.
 * What is drawn depends on seed, epoch and image alone.
 */
final class Mosaic {
  private static final int CELLS = 4;

  private final TrainSettings train;
  private final List<Sample> samples;
  private final Map<String, List<Integer>> classes = new HashMap<>();

  Mosaic(TrainSettings train, List<Sample> samples) {
    this.train = train;
    this.samples = samples;
    Set<String> mvtec = new HashSet<>();
    KnownDatasets.named("mvtec")
        .published()
        .keySet()
        .forEach(n -> mvtec.add(KnownDataset.sameName(n)));
    for (int i = 0; i < samples.size(); i++) {
      String name = samples.get(i).category();
      if (train.mosaicOf() == TrainSettings.MosaicOf.ALL
          || mvtec.contains(KnownDataset.sameName(name))) {
        classes.computeIfAbsent(name, n -> new ArrayList<>()).add(i);
      }
    }
  }

  /** The four images in the place of one, row by row; empty where it stays. */
  Optional<int[]> of(int index, int epoch) {
    List<Integer> all = classes.get(samples.get(index).category());
    if (train.mosaic() == 0 || all == null) {
      return Optional.empty();
    }
    SplittableRandom r =
        new SplittableRandom((train.seed() * 1_000_003 + epoch) * 1_000_003 + index);
    if (r.nextDouble() >= train.mosaic()) {
      return Optional.empty();
    }
    int[] four = new int[CELLS];
    for (int i = 0; i < CELLS; i++) {
      four[i] = all.get(r.nextInt(all.size()));
    }
    return Optional.of(four);
  }
}
