package dev.headclip.synth;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageWriter;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.settings.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * Writes a data set in MVTec layout: {@code CLASS/test/good}, {@code CLASS/test/DEFECT}, {@code
 * CLASS/ground_truth/DEFECT} and a few {@code CLASS/train/good}; classes are the folders of
 * pictures, drawn surfaces and drawn objects.
 */
public final class DataSetWriter {
  /** One in so many pictures is a normal one for training. */
  private static final int TRAIN_EVERY = 6;

  private DataSetWriter() {}

  /**
   * @param out a new or empty folder
   * @param count pictures in all
   * @param progress told the number of pictures written so far
   */
  public static void write(Path out, Generator generator, int count, IntConsumer progress) {
    if (count < 1) {
      throw new SettingException("count", count, "at least 1");
    }
    if (Files.exists(out) && !isEmptyFolder(out)) {
      throw new HeadClipException(
          "%s: not an empty folder; name a new one, nothing is overwritten".formatted(out));
    }
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int index = i;
        all.add(pool.submit(() -> one(out, generator, index)));
      }
      for (int i = 0; i < count; i++) {
        all.get(i).get();
        progress.accept(i + 1);
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HeadClipException h) {
        throw h;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted; %s is incomplete".formatted(out), e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean isEmptyFolder(Path p) {
    String[] names = p.toFile().list();
    return names != null && names.length == 0;
  }

  private static void one(Path out, Generator generator, int index) {
    List<Generator.Subject> subjects = generator.subjects();
    int which = index % subjects.size();
    int number = index / subjects.size();
    boolean train = number % TRAIN_EVERY == TRAIN_EVERY - 1;
    DefectKind[] kinds = DefectKind.values();
    // two of five test pictures have a defect, the kinds in turn
    Optional<DefectKind> defect =
        train || number % 2 == 0
            ? Optional.empty()
            : Optional.of(kinds[(number / 2 + which) % kinds.length]);
    Generator.Subject subject = subjects.get(which);
    Example e = generator.one(subject, defect, index);
    // the kind that was drawn: not every kind shows on every surface
    String kind = e.defect().map(DefectKind::folder).orElse("good");
    String name = "%05d".formatted(number);
    Path home = out.resolve(subject.folder());
    Path image = home.resolve(train ? "train" : "test").resolve(kind).resolve(name + ".png");
    AtomicFiles.write(image, o -> ImageWriter.png(e.image(), o));
    if (e.anomalous()) {
      byte[] mask = e.mask().clone();
      for (int i = 0; i < mask.length; i++) {
        mask[i] = (byte) (mask[i] * 255);
      }
      Path to = home.resolve("ground_truth").resolve(kind).resolve(name + "_mask.png");
      AtomicFiles.write(
          to, o -> ImageWriter.grayPng(mask, e.image().width(), e.image().height(), o));
    }
  }
}
