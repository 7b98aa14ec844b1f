package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipNames;
import dev.headclip.clip.PositionResize;
import dev.headclip.settings.SettingException;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainerTest {
  private static final BooleanSupplier NEVER = () -> false;

  @TempDir private Path dir;

  private static PretrainSettings settings(int size, int steps) {
    return PretrainSettings.of(
        Map.of(
            "seed",
            3,
            "image_size",
            size,
            "steps",
            steps,
            "batch",
            4,
            "checkpoint_every",
            2,
            "masked",
            0.5,
            "crops",
            0.5));
  }

  private static boolean run(PretrainSettings s, Path out, BooleanSupplier stop) {
    return run(s, Optional.empty(), out, stop);
  }

  private static boolean run(
      PretrainSettings s, Optional<Path> from, Path out, BooleanSupplier stop) {
    return new Pretrainer(s, from, out).run(Generator.drawn(3, s.imageSize()), stop, p -> {});
  }

  private static Map<String, HostTensor> tensors(Path file) {
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      Map<String, HostTensor> all = new LinkedHashMap<>();
      f.tensors().keySet().forEach(k -> all.put(k, f.host(k)));
      return all;
    }
  }

  /** Sums of a backward pass may end otherwise in their last bits. */
  private static void same(Map<String, HostTensor> a, Map<String, HostTensor> b) {
    assertThat(a.keySet()).isEqualTo(b.keySet());
    a.forEach(
        (name, t) -> {
          for (int i = 0; i < t.data().length; i++) {
            assertThat(b.get(name).data()[i]).as(name).isCloseTo(t.data()[i], within(1e-4f));
          }
        });
  }

  @Test
  @Tag("long")
  void aStoppedRunGoesOnToTheSameWeights() {
    Path whole = dir.resolve("whole");
    Path parts = dir.resolve("parts");
    assertThat(run(settings(64, 3), whole, NEVER)).isTrue();
    PretrainSettings s = settings(64, 3);
    AtomicInteger asked = new AtomicInteger();
    assertThat(run(s, parts, () -> asked.incrementAndGet() > 2)).isFalse();
    assertThat(run(s, parts, NEVER)).isTrue();
    same(
        tensors(whole.resolve("checkpoint.safetensors")),
        tensors(parts.resolve("checkpoint.safetensors")));
    assertThatThrownBy(() -> run(settings(64, 4), parts, NEVER))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("checkpoint of another run");
  }

  @Test
  @Tag("long")
  void aSecondStageStartsFromTheFirstAtAnotherSize() {
    Path first = dir.resolve("first");
    Path second = dir.resolve("second");
    run(settings(64, 1), first, NEVER);
    run(settings(96, 1), Optional.of(first), second, () -> true);
    try (Backbone a = Backbone.open(first);
        Backbone b = Backbone.open(second)) {
      assertThat(b.config().imageSize()).isEqualTo(96);
      Map<String, HostTensor> from = new LinkedHashMap<>();
      Map<String, HostTensor> to = new LinkedHashMap<>();
      for (String name : a.weights().tensors().keySet()) {
        from.put(name, a.weights().host(name));
        to.put(name, b.weights().host(name));
      }
      from.computeIfPresent(
          ClipNames.VISION_POSITION, (n, t) -> PositionResize.BICUBIC.resize(t, 6));
      // stored in half precision
      from.forEach(
          (name, t) -> {
            for (int i = 0; i < t.data().length; i++) {
              assertThat(to.get(name).data()[i])
                  .as(name)
                  .isCloseTo(t.data()[i], within(1e-6f + 1e-3f * Math.abs(t.data()[i])));
            }
          });
    }
  }

  @Test
  void sizesThatAreNoWholePatchesAreRefused() {
    assertThatThrownBy(() -> settings(100, 1))
        .hasMessageContaining("image_size is 100, expected a multiple of the patch's 16");
  }

  @Test
  void aWidthThatHeadsDoNotFillIsRefused() {
    assertThatThrownBy(() -> PretrainSettings.of(Map.of("width", "200")))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("a multiple of a head's 32");
    assertThat(PretrainSettings.of(Map.of("width", "288")).width()).isEqualTo(288);
  }
}
