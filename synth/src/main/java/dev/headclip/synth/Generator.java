package dev.headclip.synth;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import dev.headclip.synth.DefectKind.Defect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Makes examples: deterministic in seed and index, from any number of threads. */
public final class Generator {
  private static final float PAIR_DEFECTS = 0.8f;
  private static final double VISIBLE = 0.06;
  private static final double CHANGED = 0.03;
  private static final double LARGEST = 0.35;

  private final long seed;
  private final int size;
  private final Scenes scenes;
  private final List<Subject> subjects;
  private final List<Line> lines;

  private Generator(long seed, int size, Scenes scenes, List<Subject> subjects, boolean line) {
    if (size < 32 || size > 2048) {
      throw new SettingException("size", size, "32 to 2048");
    }
    this.seed = seed;
    this.size = size;
    this.scenes = scenes;
    this.subjects = subjects;
    this.lines = line ? lines() : List.of();
  }

  private static List<Subject> subjects(List<Subject> photos) {
    List<Subject> subjects = Stream.concat(photos.stream(), drawnSubjects()).toList();
    Set<String> names = new HashSet<>();
    for (Subject s : subjects) {
      if (!names.add(s.folder())) {
        throw new HeadClipException(
            "two folders or kinds of pictures are called %s, expected names of their own; rename one"
                .formatted(s.folder()));
      }
    }
    return subjects;
  }

  /**
   * The same subjects, but each class is one product before one camera: its pictures differ as
   * those of a production line do.
   */
  public Generator onLine() {
    return new Generator(seed, size, scenes, subjects, true);
  }

  /**
   * The same, but of the surfaces that scenes take from pictures this share must look the same all
   * over, and none be a mask or a normal map.
   */
  public Generator evenly(double share) {
    return new Generator(seed, size, scenes.evenly(share), subjects, !lines.isEmpty());
  }

  /** The same, but this share of {@link #any} and {@link #pair} show bodies ({@link BodyKind}). */
  public Generator withBodies(double share) {
    return new Generator(seed, size, scenes.withBodies(share), subjects, !lines.isEmpty());
  }

  /**
   * The same pictures' folders, but of drawn kinds those that no training sees, and arrangements,
   * whose parts are pictures or drawn anew.
   */
  public Generator ofKeptKinds() {
    List<Subject> photos = subjects.stream().filter(s -> s.photo).toList();
    Stream<Subject> kept =
        Arrays.stream(KeptKind.values())
            .map(k -> Subject.drawn(k.folder(), (g, r) -> k.draw(g.scenes, g.size, r)));
    List<Subject> all = Stream.of(photos.stream(), assemblies(), kept).flatMap(s -> s).toList();
    return new Generator(seed, size, scenes, all, !lines.isEmpty());
  }

  private List<Line> lines() {
    Generator wide = new Generator(seed, Line.wide(size), scenes, subjects, false);
    List<Line> all = new ArrayList<>();
    for (Subject s : subjects) {
      SplittableRandom r = random(-1L - all.size());
      all.add(Line.of(s.draw.apply(wide, r), size, r));
    }
    return all;
  }

  /** Everything drawn by program. */
  public static Generator drawn(long seed, int size) {
    Scenes scenes = new Scenes(new DrawnTextures(), Optional.empty());
    return new Generator(seed, size, scenes, subjects(List.of()), false);
  }

  /**
   * Partly from pictures.
   *
   * @param surfaces folder of textures, {@code share} of all surfaces
   * @param things folder of cut-outs (PNG with transparent ground), half of all objects
   */
  public static Generator withPhotos(
      long seed, int size, Path surfaces, double share, Optional<Path> things) {
    PhotoTextures photos = PhotoTextures.of(surfaces);
    Optional<Cutouts> cutouts = things.map(Cutouts::of);
    List<Subject> subjects = new ArrayList<>();
    photos
        .folders()
        .forEach(
            (name, part) ->
                subjects.add(
                    Subject.ofPictures(
                        name, (g, r) -> Scenes.surface(part.sample(g.size, g.size, r)))));
    cutouts.ifPresent(
        c ->
            c.folders()
                .forEach(
                    (name, part) ->
                        subjects.add(
                            Subject.ofPictures(name, (g, r) -> g.scenes.cutout(part, g.size, r)))));
    Scenes scenes = new Scenes(new MixedTextures(photos, new DrawnTextures(), share), cutouts);
    return new Generator(seed, size, scenes, subjects(subjects), false);
  }

  /** What a synthesized data set has as a class. */
  static final class Subject {
    private final String folder;
    private final BiFunction<Generator, RandomGenerator, Scene> draw;
    private final boolean photo;

    private Subject(
        String folder, BiFunction<Generator, RandomGenerator, Scene> draw, boolean photo) {
      this.folder = folder;
      this.draw = draw;
      this.photo = photo;
    }

    private static Subject drawn(
        String folder, BiFunction<Generator, RandomGenerator, Scene> draw) {
      return new Subject(folder, draw, false);
    }

    private static Subject ofPictures(
        String folder, BiFunction<Generator, RandomGenerator, Scene> draw) {
      return new Subject(folder, draw, true);
    }

    String folder() {
      return folder;
    }
  }

  /** The folders of pictures, then the drawn surfaces and objects. */
  List<Subject> subjects() {
    return subjects;
  }

  private static Stream<Subject> drawnSubjects() {
    Stream<Subject> surfaces =
        Arrays.stream(TextureKind.values()).map(k -> Subject.drawn(k.folder(), surface(k)));
    Stream<Subject> objects =
        Arrays.stream(ObjectKind.values())
            .map(k -> Subject.drawn(k.folder(), (g, r) -> g.scenes.object(k, g.size, r)));
    return Stream.of(surfaces, objects, assemblies()).flatMap(s -> s);
  }

  private static Stream<Subject> assemblies() {
    return Arrays.stream(AssemblyKind.values())
        .map(k -> Subject.drawn(k.folder(), (g, r) -> k.draw(g.scenes, g.size, r)));
  }

  private static BiFunction<Generator, RandomGenerator, Scene> surface(TextureKind k) {
    return (g, r) ->
        Scenes.surface(new Textures.Sample(DrawnTextures.draw(k, g.size, g.size, r), k.noun()));
  }

  public int size() {
    return size;
  }

  /** Any scene, anomalous or not by the index's own coin. */
  public Example any(long index) {
    SplittableRandom r = random(index);
    Scene scene = scenes.any(size, r);
    return example(
        scene, r.nextBoolean() ? Optional.of(DefectKind.any(scene, r)) : Optional.empty(), r);
  }

  /**
   * Two views of one product, each under a light of its own or both under much the same one; the
   * first without, the second mostly with a defect. Half of the pairs are the very same view.
   */
  public List<Example> pair(long index) {
    SplittableRandom r = random(index);
    Scene wide = scenes.any(Line.wide(size), r);
    Line line = Line.of(wide, size, r);
    Scene first = line.next(size, r);
    Scene second = r.nextBoolean() ? first : line.next(size, r);
    boolean same = r.nextBoolean();
    Camera.Setting camera = same ? Camera.again(line.camera(), size, r) : Camera.any(size, r);
    Optional<DefectKind> defect =
        r.nextFloat() < PAIR_DEFECTS ? Optional.of(DefectKind.any(second, r)) : Optional.empty();
    return List.of(
        example(first, line.camera(), Optional.empty(), r), example(second, camera, defect, r));
  }

  /** One subject's picture. */
  Example one(Subject subject, Optional<DefectKind> defect, long index) {
    SplittableRandom r = random(index);
    if (lines.isEmpty()) {
      return example(subject.draw.apply(this, r), defect, r);
    }
    Line line = lines.get(subjects.indexOf(subject));
    return example(line.next(size, r), Camera.again(line.camera(), size, r), defect, r);
  }

  /** A subject by its folder's name. */
  Subject subject(String folder) {
    return subjects.stream().filter(s -> s.folder().equals(folder)).findFirst().orElseThrow();
  }

  /** What determines the pictures beside the index, for the record. */
  public String description() {
    return "seed %d, %d px, %s%s"
        .formatted(
            seed, size, scenes.description(), lines.isEmpty() ? "" : ", one product a class");
  }

  private SplittableRandom random(long index) {
    return random(seed, index);
  }

  /**
   * A stream of its own for every seed and index. The seed is scrambled first: a SplittableRandom
   * whose seed is a small multiple of another's continues that other's stream.
   */
  public static SplittableRandom random(long seed, long index) {
    return new SplittableRandom(
        new SplittableRandom(seed).nextLong() + index * 0xD1B54A32D192ED03L);
  }

  private Example example(Scene scene, Optional<DefectKind> kind, RandomGenerator r) {
    return example(scene, Camera.any(size, r), kind, r);
  }

  private Example example(
      Scene scene, Camera.Setting camera, Optional<DefectKind> kind, RandomGenerator r) {
    byte[] mask = new byte[size * size];
    if (kind.isEmpty()) {
      return new Example(camera.apply(scene.picture()).toRgb(), mask, scene.noun(), kind);
    }
    Damage damage = damage(scene, kind.get(), mask, r);
    return new Example(
        camera.apply(damage.picture()).toRgb(), mask, scene.noun(), Optional.of(damage.kind()));
  }

  private record Damage(Picture picture, DefectKind kind) {}

  /** The picture with a defect that can be seen; {@code mask} becomes 1 there. */
  private Damage damage(Scene scene, DefectKind kind, byte[] mask, RandomGenerator r) {
    DefectKind now = kind.fits(scene) ? kind : DefectKind.any(scene, r);
    for (int tries = 0; ; tries++) {
      Defect d = now.draw(scene, scenes.textures(), r);
      Field alpha = d.anywhere() ? d.alpha() : limited(d.alpha(), scene.region());
      Picture damaged = scene.picture().blend(d.changed(), alpha).clipped();
      double area = alpha.area();
      boolean seen = damaged.difference(scene.picture(), alpha) > VISIBLE;
      if (seen && area > 0 && area < LARGEST) {
        mark(mask, scene.picture(), damaged, alpha);
        return new Damage(damaged, now);
      }
      // some kinds cannot be seen on some surfaces: a smear on plain paint
      if (tries >= 3) {
        now = DefectKind.HOLE;
      }
      if (tries >= 40) {
        mark(mask, scene.picture(), damaged, alpha);
        return new Damage(damaged, now);
      }
    }
  }

  /** Defects stay on the object, but for a little that reaches over its edge. */
  private static Field limited(Field alpha, Field region) {
    return Field.of(alpha.width(), alpha.height(), (x, y) -> alpha.at(x, y) * region.at(x, y));
  }

  private void mark(byte[] mask, Picture before, Picture after, Field alpha) {
    // the covered area, closed over pixels that happen to look alike
    Field changed =
        Field.of(
                size,
                size,
                (x, y) -> {
                  int i = y * size + x;
                  float d = 0;
                  for (int c = 0; c < 3; c++) {
                    d = Math.max(d, Math.abs(before.planes()[c][i] - after.planes()[c][i]));
                  }
                  return d > CHANGED ? 1 : 0;
                })
            .blurred(Math.max(1, size / 100));
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (alpha.values()[i] > 0.4f && changed.values()[i] > 0.15f ? 1 : 0);
    }
  }
}
