package example.probe;

import dev.headclip.clip.*;
import dev.headclip.method.*;
import dev.headclip.settings.*;
import dev.headclip.tensor.*;
import java.util.List;

/** One learned direction of CLIP's joint space says how abnormal an image and its patches are. */
public final class Probe implements Method<Probe.Settings> {
  public record Settings(
      @Setting(value = "Side of the network's input", min = 1, max = 4096) int imageSize,
      @Setting(value = "Of the softmax over cosines", absent = "0.1", min = 1e-3)
          double temperature)
      implements InputSettings {
    public Settings {
      Schema.check(Settings.class, imageSize, temperature);
    }
  }

  public String name() {
    return "probe";
  }

  public Class<Settings> settings() {
    return Settings.class;
  }

  public List<Learnable> learned(Settings s, ClipConfig clip) {
    return List.of(Learnable.of("direction", FirstValue.normal(1), 1, clip.embed()));
  }

  public <T> Network<T> network(Settings s, Clip<T> clip) {
    return new Network<>() {
      public Tensors<T> prepare(TensorOps<T> ops, Tensors<T> learned) {
        T d = ops.normalize(learned.get("direction"));
        return Tensors.of("sides", ops.concat(0, List.of(ops.scale(d, -1), d)));
      }

      public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
        T tokens = clip.vision().forward(ops, pixels, LayerHook.allTokens());
        return Tensors.of("unit", ops.normalize(clip.vision().project(ops, tokens, true)));
      }

      public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
        T p = Similarity.abnormal(ops, features.get("unit"), prepared.get("sides"), s.temperature);
        long n = ops.shape(p)[1];
        T patches = ops.reshape(ops.slice(p, 1, 1, n), -1, n - 1);
        return JointScoring.evidence(ops.reshape(ops.slice(p, 1, 0, 1), -1), patches);
      }

      public Tensors<T> loss(TensorOps<T> ops, Tensors<T> f, Tensors<T> prepared, Truth<T> t) {
        T patches = evidence(ops, f, prepared).get(JointScoring.PATCHES);
        return Tensors.of(TOTAL, Losses.ofPatches(ops, patches, t.mask()));
      }
    };
  }
}
