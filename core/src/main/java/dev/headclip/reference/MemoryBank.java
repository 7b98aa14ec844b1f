package dev.headclip.reference;

import dev.headclip.clip.Windows;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The nearest patch of all references: 1 - cos, exact, by matrix products (docs/spec/few_shot.md
 * section 1: the common form of APRIL-GAN, AnomalyDINO and the patch part of WinCLIP+).
 */
public final class MemoryBank implements ReferenceScorer {
  private static final String NEAREST = "nearest.";

  private final Shape shape;
  private final List<HostTensor> rows;
  private final List<Integer> sizes;

  /**
   * What is compared, and how it is joined.
   *
   * @param boxes sides of the squares of patches that tokens are summed over, each one a bank
   * @param sum whether the distances of layers and boxes are added instead of averaged
   * @param windows sides of the windows that are compared beside the patches; with such, distances
   *     are (1 - cos) / 2 (WinCLIP+, docs/spec/few_shot.md section 3)
   */
  public record Shape(List<Integer> boxes, boolean sum, List<Integer> windows) {
    public Shape {
      boxes = List.copyOf(boxes);
      windows = List.copyOf(windows);
    }

    /** Of no windows. */
    public Shape(List<Integer> boxes, boolean sum) {
      this(boxes, sum, List.of());
    }

    /** Of settings. */
    static Shape of(ReferenceSettings s) {
      return new Shape(s.boxes(), s.layerSum(), s.windows());
    }

    /** Distances of a unit, windows' spread over their patches, [B,N]. */
    private <T> T patches(TensorOps<T> ops, int unit, int units, T distances, int patches) {
      int window = unit - (units - windows.size());
      if (window < 0) {
        return distances;
      }
      Windows w = new Windows((int) Math.round(Math.sqrt(patches)), windows.get(window), 1);
      return Windows.reciprocal(ops, w.reciprocals(ops, distances), 1);
    }

    private double scale(int units) {
      return (sum ? 1.0 : 1.0 / units) * (windows.isEmpty() ? 1 : 0.5);
    }

    private <T> List<T> units(TensorOps<T> ops, Tensors<T> tokens) {
      List<T> all = new ArrayList<>();
      for (T t : tokens.list(TokenTaps.TOKENS)) {
        for (int box : boxes) {
          all.add(ops.scoped(() -> ops.normalize(TokenPooling.box(ops, t, box))));
        }
      }
      for (T t : tokens.list(TokenTaps.WINDOWS)) {
        all.add(ops.normalize(t));
      }
      return all;
    }
  }

  private MemoryBank(Shape shape, List<HostTensor> rows, List<Integer> sizes) {
    this.shape = shape;
    this.rows = List.copyOf(rows);
    this.sizes = List.copyOf(sizes);
    int all = sizes.stream().mapToInt(n -> n).sum();
    for (int i = 0; i < rows.size(); i++) {
      HostTensor t = rows.get(i);
      boolean window = i >= rows.size() - shape.windows.size();
      // windows are of other numbers and other spaces than patches
      boolean fits =
          window
              ? sizes.stream().allMatch(n -> (long) n * t.size(0) % all == 0)
              : t.size(0) == all && t.size(1) == rows.get(0).size(1);
      if (t.shape().length != 2 || !fits) {
        throw new IllegalArgumentException("a bank of %s, expected %d rows".formatted(t, all));
      }
    }
  }

  /** Rows of a unit that are a reference's, from and to. */
  private int[] part(int unit, int reference) {
    long all = sizes.stream().mapToInt(n -> n).sum();
    long before = sizes.subList(0, reference).stream().mapToInt(n -> n).sum();
    long rowsOf = rows.get(unit).size(0);
    return new int[] {
      (int) (before * rowsOf / all), (int) ((before + sizes.get(reference)) * rowsOf / all)
    };
  }

  /**
   * The patches of references.
   *
   * @param references each with its copies, [copies,N,C] for each set of tokens
   */
  public static MemoryBank of(Shape shape, List<Tensors<HostTensor>> references) {
    HostOps ops = new HostOps();
    List<List<HostTensor>> parts = new ArrayList<>();
    for (Tensors<HostTensor> r : references) {
      parts.add(shape.units(ops, r));
    }
    List<HostTensor> rows = new ArrayList<>();
    for (int set = 0; set < parts.get(0).size(); set++) {
      int s = set;
      List<HostTensor> all = parts.stream().map(p -> p.get(s)).toList();
      HostTensor joined = all.size() == 1 ? all.get(0) : ops.concat(0, all);
      rows.add(joined.reshape(joined.shape()[0] * joined.shape()[1], joined.shape()[2]));
    }
    List<Integer> sizes = parts.stream().map(p -> p.get(0).size(0) * p.get(0).size(1)).toList();
    return new MemoryBank(shape, rows, sizes);
  }

  /**
   * A bank as it was stored.
   *
   * @param rows unit patches of each layer and box, [rows,C]
   * @param sizes rows of each reference
   * @throws IllegalArgumentException where they do not fit
   */
  public static MemoryBank stored(Shape shape, List<HostTensor> rows, List<Integer> sizes) {
    return new MemoryBank(shape, rows, sizes);
  }

  @Override
  public int width() {
    return rows.get(0).size(1);
  }

  /** Rows of each reference. */
  public List<Integer> sizes() {
    return sizes;
  }

  /** The patches of these references, then of others. */
  MemoryBank plus(MemoryBank others) {
    HostOps ops = new HostOps();
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      all.add(ops.concat(0, List.of(rows.get(i), others.rows.get(i))));
    }
    List<Integer> of = new ArrayList<>(sizes);
    of.addAll(others.sizes);
    return new MemoryBank(shape, all, of);
  }

  /**
   * Without one of several references.
   *
   * @param which from 0 on
   */
  MemoryBank without(int which) {
    HostOps ops = new HostOps();
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      HostTensor t = rows.get(i);
      int[] part = part(i, which);
      HostTensor before = ops.slice(t, 0, 0, part[0]);
      HostTensor after = ops.slice(t, 0, part[1], t.size(0));
      all.add(ops.concat(0, List.of(before, after)));
    }
    List<Integer> of = new ArrayList<>(sizes);
    of.remove(which);
    return new MemoryBank(shape, all, of);
  }

  /** Unit patches of each layer and box, [rows,C]. */
  public List<HostTensor> rows() {
    return rows;
  }

  @Override
  public <T> T distances(TensorOps<T> ops, Tensors<T> tokens) {
    List<T> units = shape.units(ops, tokens);
    T total = distance(ops, units, 0);
    for (int i = 1; i < units.size(); i++) {
      int at = i;
      T before = total;
      total = ops.scoped(() -> ops.add(before, distance(ops, units, at)));
    }
    double scale = shape.scale(units.size());
    return scale == 1 ? total : ops.scale(total, scale);
  }

  /** Of one unit, [B,N]. */
  private <T> T distance(TensorOps<T> ops, List<T> units, int unit) {
    T nearest = distance(ops, cosines(ops, units.get(unit), rows.get(unit)));
    int patches = Math.toIntExact(ops.shape(units.get(0))[1]);
    return shape.patches(ops, unit, units.size(), nearest, patches);
  }

  private static <T> T cosines(TensorOps<T> ops, T unit, HostTensor bank) {
    return ops.linear(unit, ops.constant(bank));
  }

  /** 1 - cos to the nearest patch, [B,N]. */
  private static <T> T distance(TensorOps<T> ops, T cosines) {
    return ops.scoped(() -> ops.atLeast(ops.plus(ops.negative(ops.highest(cosines, 2)), 1), 0));
  }

  /** Distances by reference: {@code nearest.0} and so on for each layer and box, each [B,N,1]. */
  private record ByReference(MemoryBank bank) implements Program {
    @Override
    public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> tokens) {
      List<T> units = bank.shape.units(ops, tokens);
      Tensors<T> all = Tensors.none();
      for (int i = 0; i < units.size(); i++) {
        T cosines = cosines(ops, units.get(i), bank.rows.get(i));
        List<T> each = new ArrayList<>();
        for (int r = 0; r < bank.sizes.size(); r++) {
          int[] part = bank.part(i, r);
          T nearest = distance(ops, ops.slice(cosines, 2, part[0], part[1]));
          each.add(ops.reshape(nearest, -1, ops.shape(nearest)[1], 1));
        }
        all = all.with(NEAREST + i, each.size() == 1 ? each.get(0) : ops.concat(2, each));
      }
      return all;
    }
  }

  /**
   * What {@link #distances} gives without one of the references.
   *
   * @param tokens of an image, or of its parts
   * @return [B,N]
   */
  HostTensor without(Compute compute, Tensors<HostTensor> tokens, int left) {
    int parts = tokens.list().get(0).size(0);
    ByReference program = new ByReference(this);
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      all.add(without(compute.run(program, Tensors.rows(tokens, i, i + 1)), left));
    }
    return parts == 1 ? all.get(0) : new HostOps().concat(0, all);
  }

  private HostTensor without(Tensors<HostTensor> nearest, int left) {
    List<HostTensor> all = nearest.list(NEAREST);
    HostOps ops = new HostOps();
    int patches = all.get(0).size(1);
    float[] out = new float[patches];
    for (int unit = 0; unit < all.size(); unit++) {
      HostTensor t = all.get(unit);
      int references = t.size(-1);
      float[] least = new float[t.size(1)];
      for (int p = 0; p < least.length; p++) {
        float best = Float.POSITIVE_INFINITY;
        for (int r = 0; r < references; r++) {
          best = r == left ? best : Math.min(best, t.data()[p * references + r]);
        }
        least[p] = best;
      }
      HostTensor of =
          shape.patches(ops, unit, all.size(), HostTensor.of(least, 1, least.length), patches);
      for (int p = 0; p < patches; p++) {
        out[p] += of.data()[p] * shape.scale(all.size());
      }
    }
    return HostTensor.of(out, 1, patches);
  }
}
