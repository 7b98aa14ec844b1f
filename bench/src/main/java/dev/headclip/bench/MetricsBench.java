package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.PixelScores;
import dev.headclip.metrics.Protocol;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pixel figures of many maps, beside a plain implementation of the reference AUPRO routine. */
@Command(name = "metrics", description = "Seconds for the pixel figures of many maps.")
final class MetricsBench implements Callable<Integer> {
  @Option(names = "--maps", defaultValue = "1000")
  private int maps;

  @Option(names = "--size", defaultValue = "518")
  private int size;

  @Option(
      names = "--plain-maps",
      defaultValue = "20",
      description = "Maps for the reference routine; its cost grows with their number.")
  private int plainMaps;

  @Option(names = "--name", defaultValue = "metrics")
  private String name;

  private record Example(float[] map, byte[] mask) {}

  /** Smooth like a real map: a coarse grid, interpolated, and a blob that agrees with the mask. */
  private Example example(int index) {
    SplittableRandom r = new SplittableRandom(1000L + index);
    int g = 37;
    double[][] grid = new double[g + 1][g + 1];
    for (double[] row : grid) {
      for (int i = 0; i <= g; i++) {
        row[i] = 0.1 + 0.2 * r.nextDouble();
      }
    }
    float[] map = new float[size * size];
    byte[] mask = new byte[size * size];
    boolean anomalous = index % 4 != 0;
    double cx = size * (0.2 + 0.6 * r.nextDouble());
    double cy = size * (0.2 + 0.6 * r.nextDouble());
    double radius = size * (0.03 + 0.1 * r.nextDouble());
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double u = (double) x / size * g;
        double v = (double) y / size * g;
        int i = (int) u;
        int j = (int) v;
        double a = grid[j][i] * (1 - u + i) + grid[j][i + 1] * (u - i);
        double b = grid[j + 1][i] * (1 - u + i) + grid[j + 1][i + 1] * (u - i);
        double value = a * (1 - v + j) + b * (v - j);
        if (anomalous) {
          double d = Math.hypot(x - cx, y - cy) / radius;
          mask[y * size + x] = (byte) (d < 1 ? 1 : 0);
          value += 0.6 * Math.exp(-d * d);
        }
        map[y * size + x] = (float) value;
      }
    }
    return new Example(map, mask);
  }

  @Override
  public Integer call() {
    ObjectNode results = Results.begin("metrics");
    results.putObject("settings").put("maps", maps).put("size", size);
    // drawing is not measured: maps are made before, a few at a time
    Example[] examples =
        IntStream.range(0, maps).parallel().mapToObj(this::example).toArray(Example[]::new);
    for (Protocol p : Protocol.values()) {
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        try (PixelScores scores = new PixelScores()) {
          IntStream.range(0, maps)
              .parallel()
              .forEach(i -> scores.add(examples[i].map(), examples[i].mask(), size, size));
          LevelFigures f = scores.figures(p);
          double s = (System.nanoTime() - start) / 1e9;
          ObjectNode one = results.withObject("/" + p.key());
          one.withArray("seconds").add(Math.round(s * 1e3) / 1e3);
          one.put("aupro", f.get(Figure.AUPRO).orElse(Double.NaN));
          System.err.printf("%s: %.2f s%n", p, s);
        }
      }
    }
    compare(results, examples);
    results.put("peak_mb", Results.megabytes(true));
    Results.write(name, results);
    return 0;
  }

  /** Both on the same few maps. */
  private void compare(ObjectNode results, Example[] examples) {
    int n = Math.min(plainMaps, maps);
    long start = System.nanoTime();
    double plain = ReferenceAupro.of(mapsOf(examples, n), masksOf(examples, n), size, size);
    double plainSeconds = (System.nanoTime() - start) / 1e9;
    start = System.nanoTime();
    double ours;
    try (PixelScores scores = new PixelScores()) {
      IntStream.range(0, n)
          .parallel()
          .forEach(i -> scores.add(examples[i].map(), examples[i].mask(), size, size));
      ours = scores.figures(Protocol.PAPER).get(Figure.AUPRO).orElse(Double.NaN);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    results
        .putObject("reference_routine")
        .put("maps", n)
        .put("reference_seconds", plainSeconds)
        .put("reference_aupro", plain)
        .put("seconds_for_all_five_figures", seconds)
        .put("aupro", ours)
        .put("times_as_fast", plainSeconds / seconds);
  }

  private static float[][] mapsOf(Example[] e, int n) {
    return IntStream.range(0, n).mapToObj(i -> e[i].map()).toArray(float[][]::new);
  }

  private static byte[][] masksOf(Example[] e, int n) {
    return IntStream.range(0, n).mapToObj(i -> e[i].mask()).toArray(byte[][]::new);
  }
}
