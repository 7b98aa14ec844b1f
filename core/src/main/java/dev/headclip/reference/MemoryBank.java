package dev.headclip.reference;

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

  /**
   * What is compared, and how it is joined.
   *
   * @param boxes sides of the squares of patches that tokens are summed over, each one a bank
   * @param sum whether the distances of layers and boxes are added instead of averaged
   */
  public record Shape(List<Integer> boxes, boolean sum) {
    public Shape {
      boxes = List.copyOf(boxes);
    }

    private <T> List<T> units(TensorOps<T> ops, Tensors<T> tokens) {
      List<T> all = new ArrayList<>();
      for (T t : tokens.list(TokenTaps.TOKENS)) {
        for (int box : boxes) {
          all.add(ops.scoped(() -> ops.normalize(TokenPooling.box(ops, t, box))));
        }
      }
      return all;
    }
  }

  private MemoryBank(Shape shape, List<HostTensor> rows) {
    this.shape = shape;
    this.rows = List.copyOf(rows);
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
    return new MemoryBank(shape, rows);
  }

  /** A bank as it was stored; {@code rows}: unit patches of each layer and box, [rows,C]. */
  public static MemoryBank stored(Shape shape, List<HostTensor> rows) {
    return new MemoryBank(shape, rows);
  }

  /** The patches of these references, then of others. */
  MemoryBank plus(MemoryBank others) {
    HostOps ops = new HostOps();
    List<HostTensor> all = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      all.add(ops.concat(0, List.of(rows.get(i), others.rows.get(i))));
    }
    return new MemoryBank(shape, all);
  }

  /**
   * Without one of so many references of equal size.
   *
   * @param which from 0 on
   */
  MemoryBank without(int which, int references) {
    HostOps ops = new HostOps();
    List<HostTensor> all = new ArrayList<>();
    for (HostTensor t : rows) {
      int each = t.size(0) / references;
      List<HostTensor> parts = new ArrayList<>();
      if (which > 0) {
        parts.add(ops.slice(t, 0, 0, (long) which * each));
      }
      if (which < references - 1) {
        parts.add(ops.slice(t, 0, (which + 1L) * each, t.size(0)));
      }
      all.add(parts.size() == 1 ? parts.get(0) : ops.concat(0, parts));
    }
    return new MemoryBank(shape, all);
  }

  /** Unit patches of each layer and box, [rows,C]. */
  public List<HostTensor> rows() {
    return rows;
  }

  @Override
  public <T> T distances(TensorOps<T> ops, Tensors<T> tokens) {
    List<T> units = shape.units(ops, tokens);
    T total = distance(ops, units.get(0), rows.get(0), 1);
    for (int i = 1; i < units.size(); i++) {
      int at = i;
      T before = total;
      total = ops.scoped(() -> ops.add(before, distance(ops, units.get(at), rows.get(at), 1)));
    }
    T joined = shape.sum() ? total : ops.scale(total, 1.0 / units.size());
    return ops.reshape(joined, -1, ops.shape(joined)[1]);
  }

  /** 1 - cos to the nearest patch of each of so many equal parts of the bank, [B,N,parts]. */
  private static <T> T distance(TensorOps<T> ops, T unit, HostTensor bank, int parts) {
    return ops.scoped(
        () -> {
          T cosines = ops.linear(unit, ops.constant(bank));
          long[] s = ops.shape(cosines);
          T best = ops.highest(ops.reshape(cosines, -1, s[1], parts, s[2] / parts), 3);
          return ops.atLeast(ops.plus(ops.negative(best), 1), 0);
        });
  }

  /**
   * Distances by reference, where all have as many copies: for leaving one out.
   *
   * @param references number of them
   * @return {@code nearest.0} and so on, for each layer and box, [B,N,references]
   */
  Program byReference(int references) {
    return new ByReference(this, references);
  }

  private record ByReference(MemoryBank bank, int references) implements Program {
    @Override
    public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> tokens) {
      List<T> units = bank.shape.units(ops, tokens);
      Tensors<T> all = Tensors.none();
      for (int i = 0; i < units.size(); i++) {
        all = all.with(NEAREST + i, distance(ops, units.get(i), bank.rows.get(i), references));
      }
      return all;
    }
  }

  /**
   * What {@link #distances} gives without one of the references.
   *
   * @param nearest of {@link #byReference}, of one image
   */
  HostTensor without(Tensors<HostTensor> nearest, int left) {
    List<HostTensor> all = nearest.list(NEAREST);
    int references = all.get(0).size(-1);
    int patches = all.get(0).data().length / references;
    float[] out = new float[patches];
    for (HostTensor t : all) {
      for (int p = 0; p < patches; p++) {
        float best = Float.POSITIVE_INFINITY;
        for (int r = 0; r < references; r++) {
          best = r == left ? best : Math.min(best, t.data()[p * references + r]);
        }
        out[p] += shape.sum() ? best : best / all.size();
      }
    }
    return HostTensor.of(out, 1, patches);
  }
}
