package dev.headclip.onnx;

import static dev.headclip.testing.Golden.assertClose;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.HeadClip;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.torch.TinyClip;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The golden numbers, by recorded graphs in both dialects. */
class GraphGoldenTest {
  private final Map<String, HostTensor> towers = Golden.tensors("towers.safetensors");
  private final Map<String, HostTensor> golden = Golden.tensors("headclip.safetensors");
  private final Backbone backbone = Backbone.open(Golden.tinyClip());
  private final ClipConfig config = backbone.config();

  @AfterEach
  void close() {
    backbone.close();
  }

  private GraphWeights weights(Graph graph, int imageSize) {
    return new GraphWeights(graph, config, backbone.weights(), imageSize, PositionResize.BILINEAR);
  }

  private static void check(HostTensor expected, String name, HostTensor found) {
    assertClose(name, expected, found.data(), 1e-4);
  }

  @ParameterizedTest
  @EnumSource
  void imageTowerAgreesAtNativeAndOtherSizes(Dialect dialect) {
    List<HostTensor> found =
        Evaluation.of(
            dialect,
            (graph, ops) -> {
              VisionTower<Value> tower = new VisionTower<>(config, weights(graph, 70));
              VisionTower.Output<Value> out =
                  tower.forward(ops, ops.constant(towers.get("pixels")));
              return List.of(
                  tower.project(ops, out.global(), true),
                  tower.project(ops, out.global(), false),
                  tower.project(ops, out.tokens(), true));
            });
    check(towers.get("image_plain"), "image_plain", found.get(0));
    check(towers.get("image_plain_no_ln"), "image_plain_no_ln", found.get(1));
    check(towers.get("tokens_plain"), "tokens_plain", found.get(2));
    HostTensor larger =
        Evaluation.of(
                dialect,
                (graph, ops) -> {
                  VisionTower<Value> tower = new VisionTower<>(config, weights(graph, 98));
                  Value pixels = ops.constant(towers.get("pixels_98"));
                  return List.of(tower.project(ops, tower.forward(ops, pixels).global(), true));
                })
            .get(0);
    check(towers.get("image_plain_98"), "image_plain_98", larger);
  }

  @ParameterizedTest
  @EnumSource
  void textTowerAgrees(Dialect dialect) {
    PromptIds ids = PromptIds.of(Golden.ids(towers.get("ids")), config.vocabulary() - 1);
    HostTensor found =
        Evaluation.of(
                dialect,
                (graph, ops) -> {
                  TextTower<Value> tower = new TextTower<>(config, weights(graph, 70));
                  Value words = tower.embed(ops, ids.ids());
                  return List.of(tower.forward(ops, words, ids.eot(), DeepTokens.none()));
                })
            .get(0);
    check(towers.get("text_plain"), "text_plain", found);
  }

  @ParameterizedTest
  @EnumSource
  void headClipAgrees(Dialect dialect) {
    PromptIds ids = PromptIds.of(Golden.ids(golden.get("ids")), config.vocabulary() - 1);
    List<HostTensor> found =
        Evaluation.of(
            dialect,
            (graph, ops) -> {
              HeadClip<Value> net =
                  new HeadClip<>(config, weights(graph, 70), TinyClip.goldenSettings());
              Learned<Value> learned = TinyClip.learned(golden, "").map(ops::constant);
              Value text = net.textFeatures(ops, ids, learned);
              HeadClip.ImageFeatures<Value> image =
                  net.imageFeatures(
                      ops,
                      ops.constant(golden.get("pixels")),
                      net.projections(ops, learned.headWeights()));
              return List.of(
                  text,
                  net.probability(ops, image.local().get(0), text),
                  net.probability(ops, image.local().get(1), text),
                  net.abnormal(ops, net.probability(ops, image.global(), text)));
            });
    check(golden.get("text_features"), "text_features", found.get(0));
    check(golden.get("patch_probability.3"), "patch_probability.3", found.get(1));
    check(golden.get("patch_probability.5"), "patch_probability.5", found.get(2));
    check(golden.get("image_probability"), "image_probability", found.get(3));
  }
}
