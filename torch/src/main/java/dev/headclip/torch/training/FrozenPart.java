package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalInputs;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.LocalProjections;
import dev.headclip.dataset.DataDigest;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClip.ImageFeatures;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What of an image stays the same while an adapter is trained, and how every step goes on from it
 * (spec/headclip.md section 5). It is computed image by image, so that it does not depend on the
 * batches.
 */
sealed interface FrozenPart {
  /** The largest part there is for a wiring. */
  static FrozenPart of(HeadClip<NDArray> net, boolean learnHeadWeights) {
    if (!learnHeadWeights) {
      return new FixedFeatures(net);
    }
    return net.settings().localPath().accumulates() ? new HeadOutputs(net) : new Pixels(net);
  }

  /** Everything that its tensors depend on, but for image, backbone and image size. */
  String key();

  /** The tensors of one image [1,3,S,S]. */
  List<NDArray> record(TorchOps ops, NDArray pixels);

  /**
   * Image features of a batch from the images' records.
   *
   * @param headWeights [csa layers, heads], or empty for all 1
   */
  ImageFeatures<NDArray> features(
      TorchOps ops, List<List<NDArray>> records, Optional<NDArray> headWeights);

  /** Numbers in a record. */
  long numbers(ClipConfig config);

  /** One sentence for the log. */
  String description();

  /** Without head weights, the features themselves. */
  record FixedFeatures(HeadClip<NDArray> net) implements FrozenPart {
    @Override
    public String key() {
      HeadClipSettings s = net.settings();
      return "features %s %s %s".formatted(s.localPath(), s.outputLayers(), s.clsLnPost());
    }

    @Override
    public List<NDArray> record(TorchOps ops, NDArray pixels) {
      ImageFeatures<NDArray> f =
          net.imageFeatures(ops, pixels, net.projections(ops, Optional.empty()));
      List<NDArray> all = new ArrayList<>(List.of(f.global()));
      all.addAll(f.local());
      return all;
    }

    @Override
    public ImageFeatures<NDArray> features(
        TorchOps ops, List<List<NDArray>> records, Optional<NDArray> headWeights) {
      return joined(
          ops,
          records.stream()
              .map(r -> new ImageFeatures<>(r.get(0), r.subList(1, r.size())))
              .toList());
    }

    @Override
    public long numbers(ClipConfig c) {
      long grid = c.grid(net.settings().imageSize());
      return (grid * grid * net.settings().outputLayers().size() + 1) * c.embed();
    }

    @Override
    public String description() {
      return "no head weights are learned: patch features are computed once";
    }
  }

  /** The outputs of the local path's heads: the features are linear in the head weights. */
  record HeadOutputs(HeadClip<NDArray> net) implements FrozenPart {
    @Override
    public String key() {
      LocalPath p = net.settings().localPath();
      List<Integer> outputs = net.settings().outputLayers();
      List<Integer> plain = outputs.stream().filter(l -> l < p.first()).toList();
      return "heads %d-%d %s".formatted(p.first(), p.lastNeeded(outputs), plain);
    }

    @Override
    public List<NDArray> record(TorchOps ops, NDArray pixels) {
      return net.localInputs(ops, pixels).tensors();
    }

    @Override
    public ImageFeatures<NDArray> features(
        TorchOps ops, List<List<NDArray>> records, Optional<NDArray> headWeights) {
      HeadClipSettings s = net.settings();
      LocalProjections<NDArray> folded = net.projections(ops, headWeights);
      return joined(
          ops,
          records.stream()
              .map(r -> LocalInputs.of(r, s.localPath(), s.outputLayers()))
              .map(r -> net.imageFeatures(ops, r, folded))
              .toList());
    }

    @Override
    public long numbers(ClipConfig c) {
      LocalPath p = net.settings().localPath();
      long grid = c.grid(net.settings().imageSize());
      return (grid * grid + 1)
          * c.vision().width()
          * (p.lastNeeded(net.settings().outputLayers()) - p.first() + 2);
    }

    @Override
    public String description() {
      return "the tower runs once per image; later epochs start from its heads' outputs";
    }
  }

  /** Nothing: the head weights reach back into the tower, which runs in every step. */
  record Pixels(HeadClip<NDArray> net) implements FrozenPart {
    @Override
    public String key() {
      return "pixels";
    }

    @Override
    public List<NDArray> record(TorchOps ops, NDArray pixels) {
      return List.of(pixels);
    }

    @Override
    public ImageFeatures<NDArray> features(
        TorchOps ops, List<List<NDArray>> records, Optional<NDArray> headWeights) {
      NDArray batch = ops.concat(0, records.stream().map(r -> r.get(0)).toList());
      return net.imageFeatures(ops, batch, net.projections(ops, headWeights));
    }

    @Override
    public long numbers(ClipConfig c) {
      return 3L * net.settings().imageSize() * net.settings().imageSize();
    }

    @Override
    public String description() {
      return "this wiring of the local path is not linear in the head weights: the tower runs in every epoch";
    }
  }

  /** Digest of everything that records depend on but for the image. */
  static String cacheKey(
      FrozenPart part, Backbone backbone, HeadClipSettings method, boolean half) {
    return DataDigest.of(
        "headclip-features-1 %s %s %d %s %s %s %s"
            .formatted(
                part.key(),
                backbone.digest(),
                method.imageSize(),
                method.position(),
                backbone.normalization(),
                half,
                Torch.machine()));
  }

  /** Bytes of an image's record with its mask. */
  static long bytes(FrozenPart part, ClipConfig c, HeadClipSettings method, boolean half) {
    long mask = (long) method.imageSize() * method.imageSize();
    return (part.numbers(c) + mask) * (half ? 2 : 4);
  }

  private static ImageFeatures<NDArray> joined(TorchOps ops, List<ImageFeatures<NDArray>> images) {
    if (images.size() == 1) {
      return images.get(0);
    }
    Function<Function<ImageFeatures<NDArray>, NDArray>, NDArray> join =
        part -> ops.concat(0, images.stream().map(part).toList());
    List<NDArray> local = new ArrayList<>();
    for (int i = 0; i < images.get(0).local().size(); i++) {
      int layer = i;
      local.add(join.apply(f -> f.local().get(layer)));
    }
    return new ImageFeatures<>(join.apply(ImageFeatures::global), local);
  }
}
