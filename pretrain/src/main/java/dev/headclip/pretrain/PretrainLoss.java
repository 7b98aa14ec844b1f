package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.VisionTower;
import dev.headclip.image.Normalization;
import dev.headclip.map.MapOperator;
import dev.headclip.method.Losses;
import dev.headclip.method.Similarity;
import dev.headclip.method.Truth;
import dev.headclip.method.local.DualPath;
import dev.headclip.method.local.LocalPath;
import dev.headclip.synth.Captions;
import dev.headclip.synth.Example;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What pretraining minimizes over a batch of examples: captions against images, the class token's
 * verdict, maps of the local and of the ordinary path, the verdicts read off these maps, two views
 * of a product compared, hidden patches, and crops.
 */
final class PretrainLoss {
  private static final double TEMPERATURE = 0.07;
  private static final double CAPTION_WEIGHT = 0.2;
  private static final double LOCAL_WEIGHT = 1.5;
  private static final double ORDINARY_WEIGHT = 1;
  private static final double FINE_WEIGHT = 0.5;
  private static final double TOP_WEIGHT = 0.5;
  private static final double TOP_SHARE = 0.03;
  private static final float PATCH_SHARE = 0.1f;
  private static final double HEAD_SPREAD = 0.75;
  private static final int STATES = 3;

  private final PretrainSettings settings;
  private final ClipConfig config;
  private final ClipTokenizer tokenizer;
  private final int maskSize;
  private final MapOperator upsample;

  PretrainLoss(ClipConfig config, ClipTokenizer tokenizer, PretrainSettings settings) {
    this.settings = settings;
    this.config = config;
    this.tokenizer = tokenizer;
    this.maskSize = config.imageSize() / 2;
    this.upsample = new MapOperator(config.grid(), maskSize, 0);
  }

  /**
   * Scalars that can be differentiated.
   *
   * @param total weighted sum
   * @param each captions against images; the class token's verdict; the verdict off the local
   *     path's map; that map; two views compared; hidden patches; crops
   */
  record Parts(NDArray total, List<NDArray> each) {}

  /**
   * @param teacher averaged weights
   * @param r draws the local path, its head weights and the words
   */
  Parts of(
      TorchOps ops,
      TorchWeights weights,
      TorchWeights teacher,
      List<Example> examples,
      SplittableRandom r) {
    int layers = config.vision().layers();
    int first = Pretrainer.CSA_FIRST + r.nextInt(layers - Pretrainer.CSA_FIRST + 1);
    LocalPath path = LocalPath.of(first, layers);
    Clip<NDArray> clip = new Clip<>(config, weights, tokenizer);
    VisionTower<NDArray> vision = clip.vision();
    DualPath<NDArray> paths = new DualPath<>(clip, path, List.of(layers));
    Tensors<NDArray> folded = paths.folded(ops, ops.constant(headWeights(path, r)));
    NDArray pixels = pixels(ops, examples);
    Middle middle = new Middle(config);
    DualPath.Tokens<NDArray> seen = paths.runWhole(ops, pixels, folded, middle);
    NDArray global = ops.slice(seen.global(), 1, 0, 1);
    NDArray image =
        ops.normalize(ops.reshape(vision.project(ops, global, true), -1, config.embed()));
    NDArray captions = captions(ops, weights, examples, r);
    NDArray states = states(ops, weights, r);

    NDArray caption = contrast(ops, image, captions);
    NDArray truth = ops.constant(Truth.oneHot(labels(examples)));
    NDArray verdict =
        Losses.crossEntropy(ops, Similarity.logits(ops, image, states, TEMPERATURE), truth);
    NDArray mask = masks(ops, examples);
    NDArray localMap = abnormal(ops, vision, seen.local().get(0), states);
    NDArray ordinaryMap = abnormal(ops, vision, seen.global(), states);
    NDArray local = mapLoss(ops, localMap, mask);
    NDArray ordinary = mapLoss(ops, ordinaryMap, mask);
    NDArray top = topLoss(ops, localMap, truth);
    NDArray ordinaryTop = topLoss(ops, ordinaryMap, truth);
    NDArray total =
        ops.scale(caption, CAPTION_WEIGHT)
            .add(verdict)
            .add(ops.scale(local, LOCAL_WEIGHT))
            .add(ops.scale(ordinary, ORDINARY_WEIGHT))
            .add(ops.scale(top.add(ordinaryTop), TOP_WEIGHT));
    NDArray compared = none(ops);
    if (settings.comparison() > 0) {
      compared = ComparisonLoss.of(ops, settings.compareBy(), middle.mean(ops), patchShares(mask));
      total = total.add(ops.scale(compared, settings.comparison()));
    }
    NDArray hidden = none(ops);
    NDArray cropped = none(ops);
    if (settings.masked() > 0 || settings.crops() > 0) {
      Distillation d = Distillation.of(ops, config, tokenizer, weights, teacher, pixels);
      if (settings.masked() > 0) {
        hidden = MaskedLoss.of(d, r);
        total = total.add(ops.scale(hidden, settings.masked()));
      }
      if (settings.crops() > 0) {
        cropped = CropLoss.of(d, r);
        total = total.add(ops.scale(cropped, settings.crops()));
      }
    }
    return new Parts(total, List.of(caption, verdict, top, local, compared, hidden, cropped));
  }

  private static NDArray none(TorchOps ops) {
    return ops.constant(HostTensor.of(new float[1], 1));
  }

  private static int[] labels(List<Example> examples) {
    return examples.stream().mapToInt(e -> e.anomalous() ? 1 : 0).toArray();
  }

  private HostTensor headWeights(LocalPath path, SplittableRandom r) {
    HostTensor w = HostTensor.zeros(path.layers(), config.vision().heads());
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = (float) (1 + HEAD_SPREAD * (2 * r.nextDouble() - 1));
    }
    return w;
  }

  private NDArray pixels(TorchOps ops, List<Example> examples) {
    int n = config.imageSize();
    float[] data = new float[examples.size() * 3 * n * n];
    for (int i = 0; i < examples.size(); i++) {
      Normalization.clip().apply(examples.get(i).image(), data, i * 3 * n * n);
    }
    return ops.constant(HostTensor.of(data, examples.size(), 3, n, n));
  }

  private NDArray masks(TorchOps ops, List<Example> examples) {
    int m = maskSize;
    int n = config.imageSize();
    float[] data = new float[examples.size() * m * m];
    for (int i = 0; i < examples.size(); i++) {
      byte[] mask = examples.get(i).mask();
      for (int y = 0; y < m; y++) {
        for (int x = 0; x < m; x++) {
          int at = 2 * y * n + 2 * x;
          int sum = mask[at] + mask[at + 1] + mask[at + n] + mask[at + n + 1];
          data[i * m * m + y * m + x] = sum >= 2 ? 1 : 0;
        }
      }
    }
    return ops.constant(HostTensor.of(data, examples.size(), m, m));
  }

  private NDArray captions(
      TorchOps ops, TorchWeights weights, List<Example> examples, SplittableRandom r) {
    return sentences(ops, weights, examples.stream().map(e -> Captions.of(e, r)).toList());
  }

  /** Unit text features of normal and abnormal, each the mean of a few sentences: [2,E]. */
  private NDArray states(TorchOps ops, TorchWeights weights, SplittableRandom r) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 2 * STATES; i++) {
      all.add(Captions.state(i >= STATES, r));
    }
    NDArray each = ops.reshape(sentences(ops, weights, all), 2, STATES, config.embed());
    NDArray mean = each.mean(new int[] {1});
    return ops.normalize(mean);
  }

  private NDArray sentences(TorchOps ops, TorchWeights weights, List<String> texts) {
    TextTower<NDArray> tower = new TextTower<>(config, weights);
    return ops.normalize(tower.forward(ops, tokenizer.encode(texts)));
  }

  /** CLIP's symmetric cross-entropy over the batch. */
  private static NDArray contrast(TorchOps ops, NDArray image, NDArray text) {
    int n = Math.toIntExact(image.getShape().get(0));
    HostTensor diagonal = HostTensor.zeros(n, n);
    for (int i = 0; i < n; i++) {
      diagonal.data()[i * n + i] = 1;
    }
    NDArray truth = ops.constant(diagonal);
    NDArray logits = Similarity.logits(ops, image, text, TEMPERATURE);
    return ops.scale(
        Losses.crossEntropy(ops, logits, truth)
            .add(Losses.crossEntropy(ops, ops.transpose(logits, 1, 0), truth)),
        0.5);
  }

  /** P_a of the patches, [B,N,1]. */
  private static NDArray abnormal(
      TorchOps ops, VisionTower<NDArray> vision, NDArray tokens, NDArray states) {
    NDArray patches = ops.slice(tokens, 1, 1, tokens.getShape().get(1));
    NDArray unit = ops.normalize(vision.project(ops, patches, true));
    return ops.slice(Similarity.probability(ops, unit, states, TEMPERATURE), 2, 1, 2);
  }

  /**
   * Cross-entropy of the mean of the highest patches (Eq. 7): no normal image may have high ones.
   */
  private NDArray topLoss(TorchOps ops, NDArray abnormal, NDArray truth) {
    int patches = config.grid() * config.grid();
    int k = (int) Math.max(1, Math.round(TOP_SHARE * patches));
    NDArray top = ops.reshape(ops.topMean(ops.reshape(abnormal, -1, patches), k), -1, 1);
    NDArray p = ops.scale(top, 1 - 2e-4).add(1e-4f);
    NDArray both = ops.concat(1, List.of(p.neg().add(1), p));
    return both.log().mul(truth).sum(new int[] {-1}).mean().neg();
  }

  private NDArray mapLoss(TorchOps ops, NDArray abnormal, NDArray mask) {
    NDArray fine = Losses.local(ops, upsample.record(ops, abnormal), mask);
    return ops.scale(fine, FINE_WEIGHT).add(balanced(ops, abnormal, mask));
  }

  /** Cross-entropy per patch, the few anomalous ones weighing as much as all others. */
  private NDArray balanced(TorchOps ops, NDArray abnormal, NDArray mask) {
    return balancedOfShares(ops, abnormal, patchShares(mask));
  }

  /** How much of each patch is anomalous, [B,N,1]. */
  private NDArray patchShares(NDArray mask) {
    int g = config.grid();
    int side = maskSize / g;
    return mask.reshape(-1, g, side, g, side)
        .sum(new int[] {2, 4})
        .div(side * side)
        .reshape(-1, (long) g * g, 1);
  }

  /**
   * @param abnormal probability of each patch, [B,N,1]
   * @param share see {@link #patchShares}
   */
  static NDArray balancedOfShares(TorchOps ops, NDArray abnormal, NDArray share) {
    NDArray bad = share.gt(PATCH_SHARE).toType(DataType.FLOAT32, false);
    // patches with a little of a defect count for neither side
    NDArray good = share.lte(0).toType(DataType.FLOAT32, false);
    NDArray p = ops.scale(abnormal, 1 - 2e-4).add(1e-4f);
    NDArray onBad = p.log().mul(bad).sum().div(bad.sum().add(1e-3f));
    NDArray onGood = p.neg().add(1).log().mul(good).sum().div(good.sum().add(1e-3f));
    return ops.scale(onBad.add(onGood), -0.5);
  }
}
