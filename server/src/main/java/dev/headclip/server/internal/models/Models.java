package dev.headclip.server.internal.models;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.RegionSource;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.server.internal.http.Problem;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * All models that are served: those that the server was started with, which nobody changes, and
 * those that were taught. Thread-safe; changes go one at a time.
 */
public final class Models implements AutoCloseable {
  private static final int RETRY_SECONDS = 10;
  static final String SUFFIX = ".safetensors";

  private final Map<String, ServedModel> served = new LinkedHashMap<>();
  private final List<OpenedModel> opened = new ArrayList<>();
  private final Optional<Path> folder;
  private final Limits limits;
  private final String first;
  private final List<String> remarks = new ArrayList<>();
  private final ReentrantLock teaching = new ReentrantLock();

  /**
   * Opens models.
   *
   * @param sources at least one; the first is taken where none is named
   * @param folder where taught ones are kept, and found again
   */
  public Models(List<ModelSource> sources, Optional<Path> folder, Limits limits) {
    this.folder = folder;
    this.limits = limits;
    this.first = sources.get(0).name();
    try {
      for (ModelSource s : sources) {
        if (served.containsKey(s.name())) {
          throw new HeadClipException(
              "two models called %s; give one of them another name".formatted(s.name()));
        }
        OpenedModel m = new OpenedModel(s, limits);
        opened.add(m);
        served.put(s.name(), new ServedModel(s.name(), m, m.detector(), false, Optional.empty()));
      }
      folder.ifPresent(this::readKept);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void readKept(Path from) {
    try {
      Files.createDirectories(from);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be made, so that no taught model could be kept (%s)"
              .formatted(from, AtomicFiles.reason(e)),
          e);
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(from)) {
      files = all.filter(ReferenceFile::is).sorted().toList();
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(from, AtomicFiles.reason(e)), e);
    }
    for (Path file : files) {
      String name = file.getFileName().toString().replace(SUFFIX, "");
      if (!name.matches(ModelSource.NAME) || served.containsKey(name)) {
        remarks.add(
            "%s: passed over, its name is taken or none that can be asked for".formatted(file));
        continue;
      }
      try {
        served.put(name, kept(name, file));
      } catch (RuntimeException e) {
        // one damaged file is not to keep the others from being served
        remarks.add("%s: passed over (%s)".formatted(file, e.getMessage()));
      }
    }
  }

  /** By the session of the model that it was taught with, where that is open. */
  private ServedModel kept(String name, Path file) {
    ReferenceFile.Contents contents = ReferenceFile.read(file);
    for (OpenedModel m : List.copyOf(opened)) {
      boolean plain = m.clip().filter(c -> c.references().isEmpty()).isPresent();
      Optional<Double> threshold = threshold(contents);
      if (plain && m.base(threshold).equals(contents.base())) {
        Detector d = m.comparer(contents.model().settings()).against(contents.model());
        return new ServedModel(name, m, d, true, threshold);
      }
    }
    ModelSource own =
        new ModelSource(name, () -> Detector.builder(file.toString()), Optional.of(file));
    OpenedModel m = new OpenedModel(own, limits);
    opened.add(m);
    return new ServedModel(name, m, m.detector(), true, Optional.empty());
  }

  private static Optional<Double> threshold(ReferenceFile.Contents contents) {
    String text = contents.base().path("settings").path("threshold").asText("");
    return text.isEmpty() ? Optional.empty() : Optional.of(Double.valueOf(text));
  }

  /** What is to be said of kept models. */
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** The name of the one that is taken where none is named. */
  public String first() {
    return first;
  }

  /** All, in their order. */
  public Collection<ServedModel> all() {
    synchronized (served) {
      return List.copyOf(served.values());
    }
  }

  /** A model by name, or the first. */
  public ServedModel get(Optional<String> name) {
    return get(name.orElse(first));
  }

  /**
   * A model by name.
   *
   * @throws Problem where there is none
   */
  public ServedModel get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                Problem.notFound(
                    "no model '%s', there are %s"
                        .formatted(
                            name,
                            String.join(", ", all().stream().map(ServedModel::name).toList()))));
  }

  public Optional<ServedModel> find(String name) {
    synchronized (served) {
      return Optional.ofNullable(served.get(name));
    }
  }

  private ServedModel put(ServedModel m) {
    if (m.taught()) {
      folder.ifPresent(m::keep);
    }
    synchronized (served) {
      served.put(m.name(), m);
    }
    return m;
  }

  /** Changes go one at a time; none waits longer for another than a request may take. */
  private <T> T alone(Supplier<T> change) {
    try {
      if (!teaching.tryLock(limits.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
        throw Problem.later(
            Problem.Kind.QUEUE_FULL, "another model is being taught; try again", RETRY_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted", e);
    }
    try {
      return change.get();
    } finally {
      teaching.unlock();
    }
  }

  /**
   * What teaching gave.
   *
   * @param fitted scores and remarks of the references
   */
  public record Taught(ServedModel model, ReferenceModel.Fitted fitted) {}

  /**
   * Adds references to a taught model, or makes one.
   *
   * @param base the model that a new one compares with
   * @param regions which pixels count, for a new one
   */
  public Taught add(
      String name,
      Optional<String> base,
      Optional<String> preset,
      RegionSource regions,
      List<ImageSource> images) {
    return alone(
        () -> {
          Optional<ServedModel> there = find(name);
          if (there.isPresent()) {
            ServedModel m = changeable(there.get());
            if (base.isPresent() && !base.get().equals(m.opened().source().name())) {
              throw new Problem(
                  Problem.Kind.CONFLICT,
                  "model %s was taught on %s; leave base out, or take another name"
                      .formatted(name, m.opened().source().name()));
            }
            return with(m, Comparer.add(m.detector(), m.references().orElseThrow(), images));
          }
          return anew(name, get(base), preset, regions, images);
        });
  }

  private Taught anew(
      String name,
      ServedModel base,
      Optional<String> preset,
      RegionSource regions,
      List<ImageSource> images) {
    if (!name.matches(ModelSource.NAME)) {
      throw Problem.invalid(
          "name '%s': expected letters, digits, dots, underscores, hyphens".formatted(name));
    }
    long taught = all().stream().filter(ServedModel::taught).count();
    if (taught >= limits.models()) {
      throw new Problem(
          Problem.Kind.STORAGE_FULL,
          "%d taught models are kept already, which is the limit; delete one".formatted(taught));
    }
    Comparer comparer = base.comparer(preset).within(regions);
    ReferenceModel.Fitted fitted = comparer.fit(images);
    Detector d = comparer.against(fitted.model());
    return new Taught(put(new ServedModel(name, base.opened(), d, true, Optional.empty())), fitted);
  }

  /** Takes references away from a taught model. */
  public Taught remove(String name, List<ImageSource> images) {
    return alone(
        () -> {
          ServedModel m = changeable(get(name));
          return with(m, Comparer.remove(m.detector(), m.references().orElseThrow(), images));
        });
  }

  private Taught with(ServedModel m, ReferenceModel.Fitted fitted) {
    Detector d = m.detector().against(fitted.model());
    return new Taught(put(new ServedModel(m.name(), m.opened(), d, true, m.threshold())), fitted);
  }

  private static ServedModel changeable(ServedModel m) {
    if (!m.taught()) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "model %s is one that the server was started with; teach one of another name"
              .formatted(m.name()));
    }
    return m;
  }

  /**
   * Chooses a threshold.
   *
   * @param value empty for the model's own
   */
  public ServedModel judge(String name, Optional<Double> value) {
    return alone(() -> put(get(name).judging(value)));
  }

  /** Forgets a taught model; requests that have begun with it go on. */
  public void delete(String name) {
    alone(
        () -> {
          changeable(get(name));
          folder.ifPresent(f -> ServedModel.forget(f, name));
          synchronized (served) {
            served.remove(name);
          }
          return name;
        });
  }

  @Override
  public void close() {
    opened.forEach(OpenedModel::close);
  }
}
