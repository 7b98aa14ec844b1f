package dev.headclip.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores, maps and labels of one class, taken in one image after the other. Thread-safe. */
public final class ClassScores implements AutoCloseable {
  /**
   * What a class gave.
   *
   * @param image figures of the scores
   * @param pixel figures of the maps
   * @param normal images
   * @param anomalous images
   * @param maps images that count for pixels
   * @param notes why a figure is absent
   */
  public record Result(
      LevelFigures image,
      LevelFigures pixel,
      int normal,
      int anomalous,
      int maps,
      List<String> notes) {
    public Result {
      notes = List.copyOf(notes);
    }

    /** Figures of one level. */
    public LevelFigures level(Level level) {
      return level == Level.IMAGE ? image : pixel;
    }
  }

  private final PixelScores pixels;
  private final List<Double> scores = new ArrayList<>();
  private final List<Boolean> labels = new ArrayList<>();
  private int maps;
  private int notNumbers;
  private int brokenMaps;
  private int unmasked;

  /** Of maps of floats. */
  public ClassScores() {
    pixels = new PixelScores();
  }

  /** Of maps of doubles. */
  ClassScores(ScoreOrder order) {
    pixels = new PixelScores(order);
  }

  /**
   * An image's score. NaN is left out and noted.
   *
   * @param anomalous its label
   */
  public synchronized void add(double score, boolean anomalous) {
    if (Double.isNaN(score)) {
      notNumbers++;
      return;
    }
    scores.add(score);
    labels.add(anomalous);
  }

  /**
   * An image's map. One with NaN is left out and noted; so is the map of an anomalous image without
   * mask, which says nothing about pixels.
   *
   * @param values row-major
   * @param mask of the same size; empty for a normal image
   */
  public void addMap(
      float[] values, Optional<byte[]> mask, boolean anomalous, int width, int height) {
    boolean broken = false;
    for (float v : values) {
      broken |= Float.isNaN(v);
    }
    if (counts(mask, anomalous, broken)) {
      pixels.add(values, mask.orElseGet(() -> new byte[values.length]), width, height);
    }
  }

  /** The same of doubles, by the order that was given. */
  void addMap(double[] values, Optional<byte[]> mask, boolean anomalous, int width, int height) {
    if (counts(mask, anomalous, Arrays.stream(values).anyMatch(Double::isNaN))) {
      pixels.add(values, mask.orElseGet(() -> new byte[values.length]), width, height);
    }
  }

  private synchronized boolean counts(Optional<byte[]> mask, boolean anomalous, boolean broken) {
    boolean without = anomalous && mask.isEmpty();
    unmasked += without ? 1 : 0;
    brokenMaps += !without && broken ? 1 : 0;
    boolean counts = !without && !broken;
    maps += counts ? 1 : 0;
    return counts;
  }

  /** Points of the pixels' curves so far; empty where a label is missing. */
  public synchronized List<PixelScores.Point> pixelCurve() {
    return pixels.curve();
  }

  /** The figures of everything so far. */
  public synchronized Result result(Protocol protocol) {
    List<String> notes = new ArrayList<>();
    if (notNumbers > 0) {
      notes.add("%d images have a score that is not a number; left out".formatted(notNumbers));
    }
    if (brokenMaps > 0) {
      notes.add("%d maps hold NaN; left out".formatted(brokenMaps));
    }
    if (unmasked > 0) {
      notes.add(
          "%d anomalous images have no mask; left out of pixel figures, taken as empty in training"
              .formatted(unmasked));
    }
    int anomalous = (int) labels.stream().filter(l -> l).count();
    LevelFigures image = image();
    if (image.values().isEmpty() && !labels.isEmpty()) {
      notes.add(
          "all images are %s: no image figures".formatted(anomalous == 0 ? "normal" : "anomalous"));
    }
    LevelFigures pixel = pixels.figures(protocol);
    if (pixel.values().isEmpty()) {
      notes.add(maps == 0 ? "no maps: no pixel figures" : "no anomalous pixels: no pixel figures");
    } else if (!pixel.values().containsKey(Figure.AUPRO)) {
      notes.add("AUPRO is undefined: fewer than two thresholds below FPR 0.3");
    }
    return new Result(image, pixel, labels.size() - anomalous, anomalous, maps, notes);
  }

  private LevelFigures image() {
    double[] s = new double[scores.size()];
    boolean[] l = new boolean[s.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = scores.get(i);
      l[i] = labels.get(i);
    }
    Figures f = Figures.of(s, l);
    Map<Figure, Double> values = new EnumMap<>(Figure.class);
    f.auroc().ifPresent(v -> values.put(Figure.AUROC, v));
    f.curve()
        .ifPresent(
            c -> {
              values.put(Figure.AP, c.ap());
              values.put(Figure.F1MAX, c.f1max());
            });
    return LevelFigures.of(Level.IMAGE, values);
  }

  @Override
  public void close() {
    pixels.close();
  }
}
