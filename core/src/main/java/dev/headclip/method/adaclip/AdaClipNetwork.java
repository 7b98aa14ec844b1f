package dev.headclip.method.adaclip;

import dev.headclip.clip.Clip;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.VisionTower;
import dev.headclip.map.MapOperator;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Losses;
import dev.headclip.method.Network;
import dev.headclip.method.Truth;
import dev.headclip.method.prompt.SentenceGrid;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * AdaCLIP's network (docs/spec/adaclip.md). Its prompts depend on the image, in the text tower as
 * well: all sentences pass it once for every image.
 *
 * @param <T> the implementation's tensor
 */
final class AdaClipNetwork<T> implements Network<T> {
  /** Tokens of the sentences before layer 2, [1,sentences,N,width]. */
  private static final String SENTENCES = "sentences";

  /** 1 where a sentence ends, else 0, [sentences,1,N]. */
  private static final String ENDS = "ends";

  /** The image's feature without prompts, [B,E], not normalised. */
  private static final String PLAIN = "plain";

  /** The embedded image, [B,1+N,width]. */
  private static final String EMBEDDED = "embedded";

  private static final String TEXT = "text";
  private static final String CLS = "cls";
  private static final String PATCH = "patch.";

  /** Sentences are padded to this many tokens, so that most classes share a graph. */
  private static final int USUAL_LENGTH = 24;

  private final Clip<T> clip;
  private final VisionTower<T> vision;
  private final TextTower<T> text;
  private final AdaClipSettings settings;
  private final SemanticFusion fusion;

  AdaClipNetwork(Clip<T> clip, AdaClipSettings settings, SemanticFusion fusion) {
    this.clip = clip;
    this.vision = clip.vision();
    this.text = clip.text();
    this.settings = settings;
    this.fusion = fusion;
  }

  /** Learned numbers wait for an image's: they are only handed on. */
  @Override
  public Tensors<T> prepare(TensorOps<T> ops, Tensors<T> learned) {
    return learned;
  }

  /** The sentences, as far as they get without prompts. */
  @Override
  public Tensors<T> words(TensorOps<T> ops, Tensors<T> learned, ClassName name) {
    SentenceGrid sentences = AdaClipSentences.of(name);
    TokenIds ids = clip.tokenizer().encode(sentences.all());
    int context = clip.config().context();
    int length = ids.ids()[0].length <= USUAL_LENGTH ? Math.min(USUAL_LENGTH, context) : context;
    TokenIds padded = ids.paddedTo(length);
    T x = text.positioned(ops, text.embed(ops, padded.ids()));
    T entering = text.layers(ops, x, 1, 1, LayerHook.none());
    HostTensor ends = HostTensor.zeros(padded.eot().length, 1, length);
    for (int i = 0; i < padded.eot().length; i++) {
      ends.data()[i * length + padded.eot()[i]] = 1;
    }
    T all = ops.reshape(entering, 1, padded.eot().length, length, clip.config().text().width());
    return Tensors.of(SENTENCES, all, ENDS, ops.constant(ends));
  }

  /** The image's feature without prompts (:387-414), and its tokens before the first layer. */
  @Override
  public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
    return Tensors.scoped(
        ops,
        () -> {
          T embedded = vision.embed(ops, pixels);
          T cls = ops.slice(vision.encode(ops, embedded, LayerHook.none()), 1, 0, 1);
          T plain = ops.reshape(vision.project(ops, cls, true), -1, clip.config().embed());
          return Tensors.of(PLAIN, plain, EMBEDDED, embedded);
        });
  }

  /** Unit features: both sides' text [B,2,E], class token [B,E], patches per layer [B,N,E]. */
  @Override
  public Tensors<T> features(TensorOps<T> ops, Tensors<T> frozen, Tensors<T> prepared) {
    T plain = frozen.get(PLAIN);
    Tensors<T> image = image(ops, frozen.get(EMBEDDED), plain, prepared);
    return image.with(TEXT, ops.scoped(() -> textFeatures(ops, plain, prepared)));
  }

  private Tensors<T> image(TensorOps<T> ops, T embedded, T plain, Tensors<T> learned) {
    int width = clip.config().vision().width();
    T dynamic = generated(ops, AdaClip.DYNAMIC_VISUAL, plain, width, learned);
    List<T> contexts = new ArrayList<>();
    for (int j = 0; j < settings.promptDepth(); j++) {
      contexts.add(context(ops, dynamic, learned.get(AdaClip.STATIC_VISUAL + j)));
    }
    int tokens = Math.toIntExact(ops.shape(embedded)[1]);
    Prompts<T> prompts = Prompts.visual(contexts, tokens, settings.outputLayers());
    T last = vision.encode(ops, embedded, prompts);
    T cls = vision.project(ops, ops.slice(last, 1, 0, 1), true);
    T head =
        linear(ops, AdaClip.CLS_HEAD + "0", ops.reshape(cls, -1, clip.config().embed()), learned);
    Tensors<T> all = Tensors.of(CLS, ops.normalize(head));
    for (int i = 0; i < settings.outputLayers().size(); i++) {
      // the raw tokens, without ln_post (:469-488)
      T patches = ops.slice(prompts.taken().get(i), 1, 1, tokens);
      all =
          all.with(PATCH + i, ops.normalize(linear(ops, AdaClip.PATCH_HEAD + i, patches, learned)));
    }
    return all;
  }

  private T textFeatures(TensorOps<T> ops, T plain, Tensors<T> prepared) {
    int width = clip.config().text().width();
    T sentences = prepared.get(SENTENCES);
    long[] shape = ops.shape(sentences);
    T dynamic = generated(ops, AdaClip.DYNAMIC_TEXT, plain, width, prepared);
    // the same for every sentence about an image
    T each = ops.constant(HostTensor.zeros(1, shape[1], 1, 1));
    List<T> contexts = new ArrayList<>();
    for (int j = 1; j < settings.promptDepth(); j++) {
      T own = context(ops, dynamic, prepared.get(AdaClip.STATIC_TEXT + j));
      T repeated = ops.add(ops.reshape(own, -1, 1, settings.promptLength(), width), each);
      contexts.add(ops.reshape(repeated, -1, settings.promptLength(), width));
    }
    T entering = ops.reshape(ops.repeatBatch(sentences, plain), -1, shape[2], width);
    int layers = clip.config().text().layers();
    T last = text.layers(ops, entering, 2, layers, Prompts.text(contexts));
    T tokens = ops.reshape(last, -1, shape[1], shape[2], width);
    T ends = ops.reshape(ops.matmul(prepared.get(ENDS), tokens), -1, shape[1], width);
    T unit = ops.normalize(text.project(ops, ends));
    return ops.normalize(SentenceGrid.means(ops, unit, AdaClipSentences.NORMAL));
  }

  /** The tokens that a generator makes of an image's feature, [B,length,width]. */
  private T generated(TensorOps<T> ops, String generator, T plain, int width, Tensors<T> learned) {
    List<T> tokens = new ArrayList<>();
    for (int i = 0; i < settings.promptLength(); i++) {
      tokens.add(ops.reshape(linear(ops, generator + i, plain, learned), -1, 1, width));
    }
    return ops.concat(1, tokens);
  }

  /** C_j = dynamic + static_j. */
  private T context(TensorOps<T> ops, T dynamic, T own) {
    T sum = ops.add(dynamic, own);
    return settings.halfRound() ? ops.roundToHalf(sum) : sum;
  }

  private T linear(TensorOps<T> ops, String name, T x, Tensors<T> learned) {
    return ops.linear(x, learned.get(name + ".weight"), learned.get(name + ".bias"));
  }

  /** cos / tau of a layer's patches with both sides, [B,N,2]. */
  private T logits(TensorOps<T> ops, T patches, T text) {
    T cosines = ops.matmul(patches, ops.transpose(text, 0, 2, 1));
    return ops.scale(cosines, 1 / settings.temperature());
  }

  /** Abnormal minus normal logit, [B,N]: with two sides all that a softmax sees. */
  private T margin(TensorOps<T> ops, T patches, T text) {
    T l = logits(ops, patches, text);
    T normal = ops.negative(ops.slice(l, 2, 0, 1));
    return ops.reshape(ops.add(ops.slice(l, 2, 1, 2), normal), -1, ops.shape(patches)[1]);
  }

  private T meanOf(TensorOps<T> ops, List<T> layers) {
    T sum = layers.get(0);
    for (T layer : layers.subList(1, layers.size())) {
      sum = ops.add(sum, layer);
    }
    return ops.scale(sum, 1.0 / layers.size());
  }

  /** Probability of the abnormal side of the image (:517-521), [B]. */
  private T score(TensorOps<T> ops, Tensors<T> features, T margins) {
    T cls = features.get(CLS);
    T image = cls;
    if (settings.hsfClusters() > 0) {
      List<T> layers = features.list(PATCH);
      List<T> seen = new ArrayList<>(List.of(margins));
      seen.addAll(layers);
      T weights = ops.chosen(seen, fusion::weights);
      T fused = ops.matmul(weights, meanOf(ops, layers));
      T clusters = ops.normalize(ops.reshape(fused, -1, clip.config().embed()));
      double alpha = settings.hsfAlpha();
      image = ops.normalize(ops.add(ops.scale(clusters, alpha), ops.scale(cls, 1 - alpha)));
    }
    T one = ops.reshape(image, -1, 1, clip.config().embed());
    T p = ops.softmax(logits(ops, one, features.get(TEXT)));
    return ops.reshape(ops.slice(p, 2, 1, 2), -1);
  }

  /** The image's score, and each patch's margin, the mean over the layers. */
  @Override
  public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
    T text = features.get(TEXT);
    T margins = meanOf(ops, features.list(PATCH).stream().map(p -> margin(ops, p, text)).toList());
    return Tensors.of(
        JointScoring.GLOBAL, score(ops, features, margins), AdaClipScoring.MARGINS, margins);
  }

  /** Focal loss of the score; per layer focal and both dice losses (trainer.py:103-141). */
  @Override
  public Tensors<T> loss(
      TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared, Truth<T> truth) {
    T text = features.get(TEXT);
    List<T> margins = features.list(PATCH).stream().map(p -> margin(ops, p, text)).toList();
    T score = score(ops, features, meanOf(ops, margins));
    HostTensor labels = HostTensor.zeros(truth.labels().length);
    for (int i = 0; i < truth.labels().length; i++) {
      labels.data()[i] = truth.labels()[i];
    }
    T global = Losses.focal(ops, score, ops.constant(labels));
    int size = Math.toIntExact(ops.shape(truth.mask())[2]);
    MapOperator up = MapOperator.cornersAligned(clip.config().grid(settings.imageSize()), size, 0);
    T local = local(ops, margins.get(0), truth.mask(), up);
    for (T margin : margins.subList(1, margins.size())) {
      local = ops.add(local, local(ops, margin, truth.mask(), up));
    }
    return Tensors.of(TOTAL, ops.add(global, local)).with("global", global).with("local", local);
  }

  /** Focal and dice losses of a layer. */
  private T local(TensorOps<T> ops, T margin, T mask, MapOperator up) {
    T p = AdaClipScoring.sigmoid(ops, up.record(ops, margin));
    return settings.dice() == AdaClipSettings.Dice.ROWS
        ? Losses.local(ops, rows(ops, p, up.size()), rows(ops, mask, up.size()))
        : Losses.local(ops, p, mask);
  }

  /** Every row of pixels as an image of its own: [B,S,S] to [B*S,1,S]. */
  private T rows(TensorOps<T> ops, T maps, int size) {
    return ops.reshape(maps, -1, 1, size);
  }
}
