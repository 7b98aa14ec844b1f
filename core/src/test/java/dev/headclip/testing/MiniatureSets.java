package dev.headclip.testing;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * All 17 data sets of the paper in miniature, each in its native layout and with all its classes:
 * per class two normal pictures and two with a bright spot, where the set has both.
 */
public final class MiniatureSets {
  private static final int SIDE = 24;
  private static final int EACH = 2;

  private final Path home;
  private int pictures;

  private MiniatureSets(Path home) {
    this.home = home;
  }

  /** Writes them all into a folder of downloads. */
  public static void write(Path downloads) {
    MiniatureSets sets = new MiniatureSets(downloads);
    for (String name : List.of("mvtec", "mpdd", "dtd", "sdd")) {
      sets.mvtec(name, "good", ".png", "_mask.png");
    }
    sets.mvtec("btad", "ok", ".bmp", ".png");
    sets.visa();
    sets.dagm();
    sets.pairs("isic", "ISBI2016_ISIC_Part1_Test_Data", "ISBI2016_ISIC_Part1_Test_GroundTruth");
    for (String name : List.of("colondb", "clinicdb", "kvasir")) {
      sets.pairs(name, "images", "masks");
    }
    sets.pairs("endo", "segmentation-images", "masks");
    sets.pairs("tn3k", "test-image", "test-mask");
    sets.headCt();
    sets.labelled("brainmri", "no", "yes");
    sets.labelled("br35h", "no", "yes");
    sets.labelled("covid19", "NORMAL", "COVID-19");
  }

  private static List<String> classes(String set) {
    return List.copyOf(KnownDatasets.named(set).published().keySet());
  }

  /** A picture, with a bright spot where something is wrong; and its mask. */
  private void picture(Path image, boolean anomalous) {
    SplittableRandom r = new SplittableRandom(++pictures);
    RgbImage p = RgbImage.blank(SIDE, SIDE);
    for (int i = 0; i < p.rgb().length; i++) {
      p.rgb()[i] = (byte) (90 + r.nextInt(40));
    }
    RgbImage mask = RgbImage.blank(SIDE, SIDE);
    if (anomalous) {
      int x = 2 + r.nextInt(SIDE - 10);
      int y = 2 + r.nextInt(SIDE - 10);
      for (int i = 0; i < 36; i++) {
        int at = 3 * ((y + i / 6) * SIDE + x + i % 6);
        for (int c = 0; c < 3; c++) {
          p.rgb()[at + c] = (byte) 250;
          mask.rgb()[at + c] = (byte) 255;
        }
      }
    }
    save(image, p);
    last = mask;
  }

  private RgbImage last = RgbImage.blank(1, 1);

  /** The mask of the picture before. */
  private void mask(Path file) {
    save(file, last);
  }

  /** As PNG, whatever the name ends with: readers go by content. */
  private static void save(Path file, RgbImage image) {
    try {
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file)) {
        ImageWriter.png(image, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void text(Path file, String content) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void mvtec(String set, String good, String ending, String maskEnding) {
    for (String c : classes(set)) {
      Path root = home.resolve(set).resolve(c);
      for (int i = 0; i < EACH; i++) {
        picture(root.resolve("test/%s/%03d%s".formatted(good, i, ending)), false);
        picture(root.resolve("test/spot/%03d%s".formatted(i, ending)), true);
        mask(root.resolve("ground_truth/spot/%03d%s".formatted(i, maskEnding)));
      }
    }
  }

  private void visa() {
    Path root = home.resolve("visa");
    StringBuilder split = new StringBuilder("object,split,label,image,mask\n");
    for (String c : classes("visa")) {
      for (int i = 0; i < EACH; i++) {
        String normal = "%s/Data/Images/Normal/%04d.JPG".formatted(c, i);
        String bad = "%s/Data/Images/Anomaly/%03d.JPG".formatted(c, i);
        String mask = "%s/Data/Masks/Anomaly/%03d.png".formatted(c, i);
        picture(root.resolve(normal), false);
        picture(root.resolve(bad), true);
        mask(root.resolve(mask));
        split.append("%s,test,normal,%s,%n".formatted(c, normal));
        split.append("%s,test,anomaly,%s,%s%n".formatted(c, bad, mask));
      }
    }
    text(root.resolve("split_csv/1cls.csv"), split.toString());
  }

  private void dagm() {
    for (String c : classes("dagm")) {
      Path test = home.resolve("dagm").resolve(c).resolve("Test");
      for (int i = 0; i < 2 * EACH; i++) {
        picture(test.resolve("%04d.PNG".formatted(i)), i % 2 == 1);
        if (i % 2 == 1) {
          mask(test.resolve("Label/%04d_label.PNG".formatted(i)));
        }
      }
    }
  }

  private void pairs(String set, String images, String masks) {
    Path root = home.resolve(set);
    String end = set.equals("isic") ? "_Segmentation" : "";
    for (int i = 0; i < 2 * EACH; i++) {
      picture(root.resolve(images).resolve("ISIC_%07d.jpg".formatted(i)), true);
      mask(root.resolve(masks).resolve("ISIC_%07d%s.png".formatted(i, end)));
    }
  }

  private void headCt() {
    Path root = home.resolve("headct");
    StringBuilder labels = new StringBuilder("id, hemorrhage\n");
    for (int i = 0; i < 2 * EACH; i++) {
      picture(root.resolve("head_ct/head_ct/%03d.png".formatted(i)), i % 2 == 1);
      labels.append("%d,%d%n".formatted(i, i % 2));
    }
    text(root.resolve("labels.csv"), labels.toString());
  }

  private void labelled(String set, String normal, String bad) {
    for (int i = 0; i < EACH; i++) {
      picture(home.resolve(set).resolve(normal).resolve(i + ".png"), false);
      picture(home.resolve(set).resolve(bad).resolve(i + 10 + ".png"), true);
    }
  }

  /** The sets of a domain, by name. */
  public static List<String> names(KnownDataset.Domain domain) {
    return KnownDatasets.all().stream()
        .filter(d -> d.domain() == domain)
        .map(KnownDataset::name)
        .collect(Collectors.toList());
  }
}
