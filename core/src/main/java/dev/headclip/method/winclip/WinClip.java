package dev.headclip.method.winclip;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Method;
import dev.headclip.method.Network;
import dev.headclip.method.ScoreSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.SettingException;
import java.util.Map;

/**
 * WinCLIP without references, as zqhang/Accurate-WinCLIP-pytorch (eef4f8c) computes it: an ensemble
 * of sentences about the class, and windows of patches that each pass the tower by themselves.
 * Nothing is learned. Facts: docs/spec/winclip.md.
 */
public final class WinClip implements Method<WinClipSettings> {
  @Override
  public String name() {
    return "winclip";
  }

  @Override
  public String description() {
    return "an ensemble of sentences against windows of the image; learns nothing";
  }

  @Override
  public Class<WinClipSettings> settings() {
    return WinClipSettings.class;
  }

  @Override
  public WinClipSettings defaults(ClipConfig config) {
    return Schema.of(WinClipSettings.class).defaults(Map.of("image_size", config.imageSize()));
  }

  /** The image's own score, and a map without a Gaussian. */
  @Override
  public ScoreSettings scores() {
    return ScoreSettings.of(Map.of("lambda", 0.0, "sigma", 0.0));
  }

  @Override
  public boolean wantsClassName() {
    return true;
  }

  @Override
  public void check(WinClipSettings s, ClipConfig config) {
    int grid = config.grid(s.imageSize());
    if (s.windows().stream().anyMatch(w -> w > grid)) {
      throw new SettingException(
          "windows",
          s.windows(),
          "up to the %d patches of %d pixels".formatted(grid, s.imageSize()));
    }
  }

  @Override
  public <T> Network<T> network(WinClipSettings s, Clip<T> clip) {
    return new WinClipNetwork<>(clip, s);
  }
}
