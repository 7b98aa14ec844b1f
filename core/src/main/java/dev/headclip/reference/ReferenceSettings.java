package dev.headclip.reference;

import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import dev.headclip.settings.SettingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How images are compared with references, and how that joins a method's own map
 * (docs/spec/few_shot.md). The defaults were chosen on pictures kept back from training:
 * docs/references.md has the table.
 *
 * @param scorer what is fitted to the references' patches
 * @param layers whose tokens are read, counted from 1; empty for {@link #layers(ClipConfig)}
 * @param finalNorm whether tokens pass the tower's last normalisation
 * @param boxes sides of the squares that tokens are summed over (knn)
 * @param windowSides sides of the windows that are compared beside the patches (knn, WinCLIP+)
 * @param share of the variance that the subspace holds (subspace)
 * @param rotations copies of each reference, evenly turned over a circle; 1 for itself alone
 * @param layerSum whether the layers' distances are added instead of averaged (knn)
 * @param corners whether the map's corners lie on those of the grid
 * @param smoothing of the map
 * @param sigma of its Gaussian, network pixels; empty for what the smoothing says
 * @param top share of the map's values in the score; 0 for the largest one alone
 * @param topOf what they are of
 * @param join with the method's own map and score
 */
public record ReferenceSettings(
    @Setting(
            value = "What images are compared by: subspace, knn, or in a batch mutual",
            absent = "subspace")
        Scorer scorer,
    @Setting(
            key = "reference_layers",
            value = "Layers whose tokens are compared",
            shown = "by depth",
            min = 1)
        Optional<List<Integer>> layers,
    @Setting(
            key = "reference_final_norm",
            value = "Tokens pass the tower's last normalisation",
            absent = "false")
        boolean finalNorm,
    @Setting(
            key = "reference_boxes",
            value = "Sides of the squares of patches that tokens are summed over (knn)",
            absent = "1",
            min = 1,
            max = 99)
        List<Integer> boxes,
    @Setting(
            key = "reference_windows",
            value = "Sides of windows that are compared beside the patches (knn)",
            shown = "none",
            min = 1,
            max = 99)
        Optional<List<Integer>> windowSides,
    @Setting(
            key = "reference_share",
            value = "Share of the variance that the subspace holds",
            absent = "0.99",
            min = 0,
            above = true,
            max = 1)
        double share,
    @Setting(
            value = "Copies of each reference, turned over a circle; 1 for itself alone",
            absent = "1",
            min = 1,
            max = 360)
        int rotations,
    @Setting(
            key = "reference_layer_sum",
            value = "Layers' distances are added instead of averaged (knn)",
            absent = "false")
        boolean layerSum,
    @Setting(
            key = "reference_corners",
            value = "The corners of map and patches lie on one another",
            absent = "false")
        boolean corners,
    @Setting(
            key = "reference_smoothing",
            value =
                "Of the map of distances: none, three (3 by 3), gaussian (half a patch) or wide"
                    + " (three quarters)",
            absent = "wide")
        Smoothing smoothing,
    @Setting(
            key = "reference_sigma",
            value = "Of that Gaussian, network pixels",
            shown = "by the patch",
            min = 0,
            max = 100)
        Optional<Double> sigma,
    @Setting(
            key = "reference_top",
            value = "Share of the highest values in the score; 0 for the largest alone",
            absent = "0.01",
            min = 0,
            max = 1)
        double top,
    @Setting(
            key = "reference_top_of",
            value = "What these are of: pixels or patches",
            absent = "pixels")
        TopOf topOf,
    @Setting(
            value = "With the method's own result: reference (alone), balanced, sum or mean",
            absent = "reference")
        Join join) {
  /** What is fitted to references. */
  public enum Scorer {
    /** A subspace of all patches (SubspaceAD). */
    SUBSPACE,
    /** The nearest patch (APRIL-GAN, AnomalyDINO). */
    KNN,
    /** The images of a batch by one another (MuSc). */
    MUTUAL;

    /** The name for {@code --scorer}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the map of distances is smoothed by. */
  public enum Smoothing {
    NONE,
    /** OpenCV's 3x3 kernel of sigma 4, nearly a box (SubspaceAD). */
    THREE,
    /** A Gaussian of half a patch. */
    GAUSSIAN,
    /** A Gaussian of three quarters of a patch: better maps on what is kept back. */
    WIDE
  }

  /** What the highest values are of. */
  public enum TopOf {
    /** The smoothed map. */
    PIXELS,
    /** The distances themselves (AnomalyDINO). */
    PATCHES
  }

  /** How it joins the method's own map and score. */
  public enum Join {
    /** It does not: the references alone. */
    REFERENCE,
    /** The mean of both, each in units of where normal references end. */
    BALANCED,
    /** The sum of both as they are (APRIL-GAN). */
    SUM,
    /** The mean of both as they are (WinCLIP+). */
    MEAN
  }

  /** Shares of the depth that subspaces are fitted at: SubspaceAD's blocks 23 to 29 of 40. */
  private static final double FROM = 0.57;

  private static final double TO = 0.7251;

  public ReferenceSettings {
    Schema.check(
        ReferenceSettings.class,
        scorer,
        layers,
        finalNorm,
        boxes,
        windowSides,
        share,
        rotations,
        layerSum,
        corners,
        smoothing,
        sigma,
        top,
        topOf,
        join);
    boxes = List.copyOf(boxes);
    if (windowSides.isPresent() && scorer != Scorer.KNN) {
      throw new SettingException("reference_windows", windowSides.get(), "none, or --scorer knn");
    }
    for (int b : boxes) {
      if (b % 2 == 0) {
        throw new SettingException("reference_boxes", b, "odd sides");
      }
    }
  }

  public static ReferenceSettings defaults() {
    return Schema.of(ReferenceSettings.class).defaults();
  }

  /** The defaults but for some, by key; values may be text. */
  public static ReferenceSettings of(Map<String, ?> others) {
    return Schema.of(ReferenceSettings.class).changed(defaults(), others);
  }

  /** These but for some, by key; values may be text. */
  public ReferenceSettings with(Map<String, ?> others) {
    return Schema.of(ReferenceSettings.class).changed(this, others);
  }

  /**
   * Published configurations by name: {@code subspacead, april-gan, anomalydino, winclip (beside
   * method winclip), musc (of batches)}.
   */
  public static Map<String, Map<String, Object>> presets() {
    Map<String, Map<String, Object>> all = new LinkedHashMap<>();
    all.put(
        "subspacead",
        Map.of(
            "scorer", "subspace",
            "reference_smoothing", "three",
            "rotations", 30,
            "join", "reference"));
    all.put(
        "april-gan",
        Map.of(
            "scorer",
            "knn",
            "reference_layer_sum",
            true,
            "reference_corners",
            true,
            "reference_smoothing",
            "none",
            "reference_top",
            0,
            "join",
            "sum"));
    all.put(
        "anomalydino",
        Map.of(
            "scorer", "knn",
            "reference_layers", "last",
            "reference_final_norm", true,
            "reference_smoothing", "gaussian",
            "reference_sigma", 4.0,
            "reference_top_of", "patches",
            "rotations", 8,
            "join", "reference"));
    all.put(
        "winclip",
        Map.of(
            "scorer", "knn",
            "reference_layers", "last",
            "reference_final_norm", true,
            "reference_windows", "2,3",
            "reference_smoothing", "none",
            "reference_top", 0.0,
            "reference_top_of", "patches",
            "join", "mean"));
    all.put(
        "musc",
        Map.of(
            "scorer", "mutual",
            "reference_boxes", "1,3,5",
            "reference_corners", true,
            "reference_smoothing", "none",
            "reference_top", 0.0,
            "join", "reference"));
    return all;
  }

  /** A published configuration for a backbone. */
  public static ReferenceSettings preset(String name, ClipConfig config) {
    Map<String, Object> found = presets().get(name);
    if (found == null) {
      throw new SettingException(
          "reference_preset", name, "one of " + String.join(", ", presets().keySet()));
    }
    Map<String, Object> values = new LinkedHashMap<>(found);
    values.replace("reference_layers", "last", String.valueOf(config.vision().layers()));
    return of(values);
  }

  /** Sides of the windows that are compared beside the patches. */
  public List<Integer> windows() {
    return windowSides.orElseGet(List::of);
  }

  /** The tokens that are read. */
  public TokenTaps taps(ClipConfig config) {
    return new TokenTaps(
        layers.orElseGet(() -> layers(config)),
        scorer == Scorer.SUBSPACE,
        finalNorm,
        scorer == Scorer.MUTUAL,
        windows());
  }

  /**
   * The layers for a depth of n: quarters for knn; for subspaces those at 57 to 72 %, at least two
   * (few_shot.md section 8; two of 8 were better than one on pictures kept back).
   */
  private List<Integer> layers(ClipConfig config) {
    int n = config.vision().layers();
    List<Integer> all = new ArrayList<>();
    if (scorer != Scorer.SUBSPACE) {
      for (int quarter = 1; quarter <= 4; quarter++) {
        int l = Math.max(1, quarter * n / 4);
        if (!all.contains(l)) {
          all.add(l);
        }
      }
      return all;
    }
    int first = Math.max(1, (int) Math.ceil(FROM * n));
    int last = Math.min(n, Math.max(first + 1, (int) (TO * n)));
    for (int l = first; l <= last; l++) {
      all.add(l);
    }
    return all;
  }

  /** The Gaussian's sigma, network pixels; 0 where there is none. */
  public double sigma(int patchSize) {
    return switch (smoothing) {
      case NONE, THREE -> 0;
      case GAUSSIAN -> sigma.orElse(0.5 * patchSize);
      case WIDE -> sigma.orElse(0.75 * patchSize);
    };
  }

  /** The number of highest values in the score. */
  public int top(int values) {
    return Math.max(1, (int) (values * top));
  }
}
