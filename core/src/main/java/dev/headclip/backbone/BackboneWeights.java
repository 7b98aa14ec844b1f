package dev.headclip.backbone;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.CheckpointNames.Change;
import dev.headclip.backbone.CheckpointNames.Place;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.ClipNames;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.DType;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TensorSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A checkpoint's tensors under their canonical (Hugging Face) names: all there, no more, each of
 * the shape that the configuration asks for.
 */
public final class BackboneWeights implements TensorSource {
  private static final int SHOWN = 5;

  private final TensorSource file;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();

  /** Owns {@code file} from here on. */
  BackboneWeights(String path, TensorSource file, ClipConfig config) {
    this.file = file;
    Map<String, String> plain = CheckpointNames.plainNames(file.tensors());
    boolean openAi = CheckpointNames.openAi(file.tensors().keySet());
    List<String> faults = new ArrayList<>();
    Set<String> unused = new HashSet<>(plain.keySet());
    ClipNames.shapes(config)
        .forEach(
            (name, shape) -> {
              Place p = openAi ? CheckpointNames.openAiPlace(name) : new Place(name, Change.NONE);
              unused.remove(p.name());
              String stored = plain.get(p.name());
              if (stored == null) {
                faults.add(
                    "%s is missing, expected %s".formatted(p.name(), TensorInfo.text(shape)));
                return;
              }
              TensorInfo found = file.tensors().get(stored);
              long[] expected = stored(shape, p.change());
              if (!java.util.Arrays.equals(found.shape(), expected)) {
                faults.add(
                    "%s has shape %s, expected %s"
                        .formatted(stored, found.text(), TensorInfo.text(expected)));
              }
              places.put(name, new Place(stored, p.change()));
              tensors.put(name, new TensorInfo(DType.F32, shape));
            });
    unused.removeIf(CheckpointNames::ignored);
    unused.stream().sorted().forEach(n -> faults.add("%s is not expected".formatted(n)));
    if (!faults.isEmpty()) {
      file.close();
      String more = faults.size() > SHOWN ? " (and %d more)".formatted(faults.size() - SHOWN) : "";
      throw new HeadClipException(
          "%s does not fit its configuration: %s%s"
              .formatted(
                  path,
                  String.join("; ", faults.subList(0, Math.min(SHOWN, faults.size()))),
                  more));
    }
  }

  /** The shape under which a canonical tensor is stored. */
  private static long[] stored(long[] shape, Change change) {
    long[] s = shape.clone();
    switch (change) {
      case NONE -> {}
      case TRANSPOSE -> {
        s[0] = shape[1];
        s[1] = shape[0];
      }
      case THIRD_0, THIRD_1, THIRD_2 -> s[0] = 3 * shape[0];
    }
    return s;
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, Consumer<ByteBuffer> use) {
    Place place = places.get(name);
    long[] shape = tensors.get(name).shape();
    int bytes = (int) (HostTensor.elements(shape) * 4);
    file.read(
        place.name(),
        raw -> {
          switch (place.change()) {
            case NONE -> use.accept(raw);
            case TRANSPOSE -> use.accept(transposed(raw, (int) shape[0], (int) shape[1]));
            case THIRD_0, THIRD_1, THIRD_2 -> {
              int third = place.change().ordinal() - Change.THIRD_0.ordinal();
              use.accept(raw.slice(third * bytes, bytes).order(ByteOrder.LITTLE_ENDIAN));
            }
          }
        });
  }

  /** Stored [columns,rows] to [rows,columns]; projections only, so small. */
  private static ByteBuffer transposed(ByteBuffer raw, int rows, int columns) {
    ByteBuffer out = ByteBuffer.allocateDirect(rows * columns * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out.putFloat((r * columns + c) * 4, raw.getFloat((c * rows + r) * 4));
      }
    }
    return out;
  }

  @Override
  public void close() {
    file.close();
  }
}
