package dev.headclip.reference;

import dev.headclip.clip.Clip;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.VisionTower;
import dev.headclip.clip.Windows;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.method.Truth;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;

/**
 * A method's network that gives {@link TokenTaps} beside its features and its evidence: in the
 * method's own pass where it leaves the tower as it is, else by a second pass.
 *
 * @param <T> the implementation's tensor
 */
public final class TappedNetwork<T> implements Network<T> {
  private final Network<T> own;
  private final VisionTower<T> tower;
  private final TokenTaps taps;
  private final int grid;

  /**
   * @param clip what {@code own} was built on
   * @param imageSize side of the network's input, pixels
   */
  public TappedNetwork(Network<T> own, Clip<T> clip, TokenTaps taps, int imageSize) {
    taps.check(clip.config());
    this.grid = clip.config().grid(imageSize);
    for (int side : taps.windows()) {
      if (side > grid) {
        throw new SettingException(
            "reference_windows", side, "1 to %d, the patches along a side".formatted(grid));
      }
    }
    this.own = own;
    this.tower = clip.vision();
    this.taps = taps;
  }

  @Override
  public Tensors<T> prepare(TensorOps<T> ops, Tensors<T> learned) {
    return own.prepare(ops, learned);
  }

  @Override
  public Tensors<T> words(TensorOps<T> ops, Tensors<T> learned, ClassName name) {
    return own.words(ops, learned, name);
  }

  @Override
  public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
    return own.frozen(ops, pixels);
  }

  @Override
  public Tensors<T> features(TensorOps<T> ops, T pixels, Tensors<T> prepared) {
    Watcher watcher = new Watcher();
    Tensors<T> found =
        own.watched(ops, pixels, prepared, watcher)
            .orElseGet(
                () -> {
                  tower.forward(ops, pixels, watcher);
                  return own.features(ops, pixels, prepared);
                });
    return found.and(watcher.tokens(ops)).and(windows(ops, pixels, found));
  }

  /** Windows' class tokens: the method's own where it has the same, else by passes of their own. */
  private Tensors<T> windows(TensorOps<T> ops, T pixels, Tensors<T> found) {
    Tensors<T> all = Tensors.none();
    for (int i = 0; i < taps.windows().size(); i++) {
      Windows w = new Windows(grid, taps.windows().get(i), 1);
      T seen =
          found.has(w.name())
              ? found.get(w.name())
              : ops.scoped(() -> w.seen(ops, tower, tower.embed(ops, pixels)));
      all = all.with(TokenTaps.WINDOWS + i, seen);
    }
    return all;
  }

  @Override
  public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
    Tensors<T> found = own.evidence(ops, features, prepared);
    for (String name : features.names()) {
      if (TokenTaps.tapped(name)) {
        found = found.with(name, features.get(name));
      }
    }
    return found;
  }

  @Override
  public Tensors<T> loss(
      TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared, Truth<T> truth) {
    return own.loss(ops, features, prepared, truth);
  }

  /** Keeps what leaves the layers that are asked for. */
  private final class Watcher implements LayerHook<T> {
    private final Map<Integer, T> seen = new HashMap<>();
    private int last;

    @Override
    public void after(int layer, T x) {
      last = layer;
      seen.put(layer, x);
    }

    @Override
    public boolean readsAll(int lastLayer) {
      return taps.layers().contains(lastLayer);
    }

    Tensors<T> tokens(TensorOps<T> ops) {
      Tensors<T> all = Tensors.none();
      if (taps.mean()) {
        all = all.with(TokenTaps.TOKENS + 0, ops.scoped(() -> mean(ops)));
      } else {
        for (int i = 0; i < taps.sets(); i++) {
          int layer = taps.layers().get(i);
          all = all.with(TokenTaps.TOKENS + i, ops.scoped(() -> patches(ops, layer)));
        }
      }
      return taps.feature() ? all.with(TokenTaps.FEATURE, ops.scoped(() -> feature(ops))) : all;
    }

    private T mean(TensorOps<T> ops) {
      T sum = patches(ops, taps.layers().get(0));
      for (int layer : taps.layers().subList(1, taps.layers().size())) {
        sum = ops.add(sum, patches(ops, layer));
      }
      return ops.scale(sum, 1.0 / taps.layers().size());
    }

    private T patches(TensorOps<T> ops, int layer) {
      T x = seen.get(layer);
      T patches = ops.slice(x, 1, 1, ops.shape(x)[1]);
      return taps.finalNorm() ? tower.postNorm(ops, patches) : patches;
    }

    /** CLIP's image feature: ln_post, projection, unit length. */
    private T feature(TensorOps<T> ops) {
      T cls = tower.project(ops, ops.slice(seen.get(last), 1, 0, 1), true);
      return ops.normalize(ops.reshape(cls, -1, ops.shape(cls)[2]));
    }
  }
}
