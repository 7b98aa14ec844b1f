package dev.headclip.spark.internal.compare;

import dev.headclip.detect.ImageSource;
import dev.headclip.image.ImageLoader;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.RowImages;
import dev.headclip.spark.settings.DetectOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;

/** A group's images as one list, for what one task compares. */
final class Sources {
  private Sources() {}

  /** In the order of their names, page by page. */
  static List<ImageSource> of(
      List<Row> rows, Columns columns, DetectOptions options, Configuration hadoop) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.comparing(r -> r.isNullAt(columns.path()) ? "" : r.getString(columns.path())));
    RowImages images = columns.images(sorted.iterator(), options, hadoop);
    List<ImageSource> all = new ArrayList<>();
    while (images.hasNext()) {
      ImageSource first = images.next();
      images.counted(first, ImageLoader.defaults());
      images.lookedAt(first);
      all.add(RowImages.named(first));
    }
    return all;
  }
}
