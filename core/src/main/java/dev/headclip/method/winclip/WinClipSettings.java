package dev.headclip.method.winclip;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.InputSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.List;

/**
 * WinCLIP's settings (docs/spec/winclip.md).
 *
 * @param imageSize side S of the square network input, pixels
 * @param windows sides of the windows, patches
 * @param windowStride steps between windows, patches
 * @param temperature tau of the softmax over cosines
 * @param position how position embeddings are resized
 */
public record WinClipSettings(
    @Setting(
            value = "Side of the network's input, pixels",
            min = 1,
            max = ClipConfig.LARGEST_IMAGE,
            shown = "the backbone's own")
        int imageSize,
    @Setting(value = "Sides of the windows, patches", absent = "3,2", min = 1, max = 1024)
        List<Integer> windows,
    @Setting(value = "Steps between windows, patches", absent = "1", min = 1, max = 1024)
        int windowStride,
    @Setting(value = "Of the softmax over cosines", absent = "0.07", min = 1e-4, max = 1e4)
        double temperature,
    @Setting(value = "Resizing of position embeddings", absent = "bicubic_antialias")
        PositionResize position)
    implements InputSettings {
  public WinClipSettings {
    Schema.check(WinClipSettings.class, imageSize, windows, windowStride, temperature, position);
    windows = List.copyOf(windows);
  }
}
