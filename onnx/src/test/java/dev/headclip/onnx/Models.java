package dev.headclip.onnx;

import dev.headclip.backbone.Backbone;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.Learned;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** The miniature model, opened, and pixels for it. */
final class Models implements AutoCloseable {
  private final Backbone backbone;
  private final Adapter adapter;

  Models(Path folder) throws IOException {
    TinyModel.write(folder);
    backbone = Backbone.open(folder);
    adapter = AdapterFile.read(folder.resolve(BuiltInModels.ADAPTER), backbone.config());
  }

  Backbone backbone() {
    return backbone;
  }

  Adapter adapter() {
    return adapter;
  }

  /** Other settings, and head weights drawn for their layers. */
  Adapter adapter(HeadClipSettings settings) {
    Learned<HostTensor> l = adapter.learned();
    HostTensor w =
        HostTensor.zeros(settings.localPath().layers(), backbone.config().vision().heads());
    SplittableRandom r = new SplittableRandom(9);
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = (float) (2 * r.nextDouble() - 0.5);
    }
    return new Adapter(
        settings,
        new Learned<>(l.normal(), l.abnormal(), l.deep(), Optional.of(w)),
        adapter.provenance());
  }

  static float[] pixels(int images, int side) {
    SplittableRandom r = new SplittableRandom(images * 1000L + side);
    float[] all = new float[images * 3 * side * side];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) (4 * r.nextDouble() - 2);
    }
    return all;
  }

  @Override
  public void close() {
    backbone.close();
  }
}
