package dev.headclip.evaluate;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the paper prints for something that is computed here, percent. */
public sealed interface Published {
  /** The "class" that stands for the mean over a data set's classes. */
  String MEAN = "mean";

  /**
   * A figure of a data set.
   *
   * @param category a class, or {@value #MEAN}
   */
  OptionalDouble figure(KnownDataset dataset, String category, Level level, Figure figure);

  /** The average over data sets, where it is over exactly these. */
  OptionalDouble average(List<KnownDataset> sets, Level level, Figure figure);

  /**
   * A method of Tables 1 to 3 and 10 to 26.
   *
   * @param name as the paper spells it
   */
  record OfMethod(String name) implements Published {
    @Override
    public OptionalDouble figure(KnownDataset dataset, String category, Level level, Figure f) {
      return PaperResults.get(dataset, category, name, level, f);
    }

    @Override
    public OptionalDouble average(List<KnownDataset> sets, Level level, Figure f) {
      return mean(this, sets, level, f);
    }
  }

  /**
   * A row of Tables 4 to 9.
   *
   * @param table its number
   * @param layers output layers with spaces between, or empty
   * @param setting what was varied
   */
  record OfAblation(int table, String layers, String setting) implements Published {
    @Override
    public OptionalDouble figure(KnownDataset d, String category, Level level, Figure f) {
      return category.equals(MEAN)
          ? PaperAblations.get(table, d.domain(), d.paperName(), layers, setting, level, f)
          : OptionalDouble.empty();
    }

    @Override
    public OptionalDouble average(List<KnownDataset> sets, Level level, Figure f) {
      OptionalDouble own = mean(this, sets, level, f);
      if (own.isPresent() || sets.isEmpty() || !new HashSet<>(sets).equals(all(sets, level, f))) {
        return own;
      }
      return PaperAblations.get(table, sets.get(0).domain(), "Average", layers, setting, level, f);
    }

    /** The sets that the paper averages over. */
    private static Set<KnownDataset> all(List<KnownDataset> like, Level level, Figure f) {
      return KnownDatasets.all().stream()
          .filter(d -> d.domain() == like.get(0).domain())
          .filter(d -> PaperResults.get(d, MEAN, "HeadCLIP", level, f).isPresent())
          .collect(Collectors.toSet());
    }
  }

  /**
   * What a few-shot or batched method's own repository prints.
   *
   * @param method as its preset
   * @param mode "4-shot" or "batched"
   */
  record OfReferences(String method, String mode) implements Published {
    @Override
    public OptionalDouble figure(KnownDataset d, String category, Level level, Figure f) {
      return category.equals(MEAN)
          ? FewShotResults.get(method, mode, d, level, f)
          : OptionalDouble.empty();
    }

    @Override
    public OptionalDouble average(List<KnownDataset> sets, Level level, Figure f) {
      return mean(this, sets, level, f);
    }
  }

  private static OptionalDouble mean(
      Published of, List<KnownDataset> sets, Level level, Figure figure) {
    List<OptionalDouble> each = sets.stream().map(d -> of.figure(d, MEAN, level, figure)).toList();
    return each.stream().anyMatch(OptionalDouble::isEmpty)
        ? OptionalDouble.empty()
        : each.stream().mapToDouble(OptionalDouble::getAsDouble).average();
  }

  /**
   * "HeadCLIP", or a row of a table: "table 7, 6 12 18 24, head_weights=yes", "table 8, start=0.5";
   * of methods with references "subspacead, 4-shot", "musc, batched".
   *
   * @throws HeadClipException where the paper has none
   */
  static Published parse(String text) {
    Matcher m = Pattern.compile("table (\\d)(?:, ([\\d ]+))?, (\\D.*)").matcher(text);
    if (m.matches()) {
      String layers = m.group(2) == null ? "" : m.group(2);
      int table = Integer.parseInt(m.group(1));
      if (PaperAblations.has(table, layers, m.group(3))) {
        return new OfAblation(table, layers, m.group(3));
      }
    } else if (text.contains(", ")) {
      String[] parts = text.split(", ", 2);
      if (FewShotResults.has(parts[0], parts[1])) {
        return new OfReferences(parts[0], parts[1]);
      }
    } else if (List.of("HeadCLIP", "AnomalyCLIP", "AdaCLIP", "AnoVL").contains(text)) {
      return new OfMethod(text);
    }
    throw new HeadClipException(
        "published %s: the paper has no such row; expected HeadCLIP, AnomalyCLIP, AdaCLIP, AnoVL, as 'table 7, 18 24, head_weights=yes', or as 'subspacead, 4-shot'"
            .formatted(text));
  }
}
