package dev.headclip.method.anomalyclip;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.InputSettings;
import dev.headclip.method.local.LayerRange;
import dev.headclip.method.prompt.PromptSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.List;

/**
 * AnomalyCLIP's settings (docs/spec/anomalyclip.md).
 *
 * @param imageSize side S of the square network input, pixels
 * @param csa layers with value-value attention ("DPAM", section 2)
 * @param localFfn the unused variant in which the local path has the blocks' MLPs (section 2)
 * @param outputLayers layers whose features make maps; one may stand there more than once
 * @param layerMaps whether the layers' maps are added, as in the authors' code, or averaged
 * @param temperature tau of every softmax over cosines
 * @param clsLnPost whether the global feature passes ln_post
 * @param prompts the learned prompts
 * @param position how position embeddings are resized
 * @param localLossWeight of the maps' losses: 4 since April 2025, 1 before
 */
public record AnomalyClipSettings(
    @Setting(
            value = "Side of the network's input, pixels",
            min = 1,
            max = ClipConfig.LARGEST_IMAGE,
            shown = "518, or the backbone's own")
        int imageSize,
    @Setting(
            value = "Layers with value-value attention, FIRST-LAST",
            shown = "6-24 of 24, in proportion elsewhere")
        LayerRange csa,
    @Setting(value = "The local path has the blocks' MLPs", absent = "false") boolean localFfn,
    @Setting(
            value = "Layers whose features make maps; one may be named more than once",
            min = 1,
            shown = "the last")
        List<Integer> outputLayers,
    @Setting(value = "What the maps of several layers become", absent = "mean") LayerMaps layerMaps,
    @Setting(value = "Of every softmax over cosines", absent = "0.07", min = 1e-4, max = 1e4)
        double temperature,
    @Setting(value = "The global feature passes the tower's last normalisation", absent = "false")
        boolean clsLnPost,
    @Setting(value = "The learned prompts", inline = true) PromptSettings prompts,
    @Setting(value = "Resizing of position embeddings", absent = "bilinear")
        PositionResize position,
    @Setting(value = "Weight of the maps' loss beside the global one", absent = "4.0", min = 0)
        double localLossWeight)
    implements InputSettings {
  /** What the maps of several layers become. */
  public enum LayerMaps {
    /** Their mean: a map lies in [0,1]. */
    MEAN,
    /** Their sum, as in the authors' code: a map of n layers lies in [0,n]. */
    SUM
  }

  public AnomalyClipSettings {
    Schema.check(
        AnomalyClipSettings.class,
        imageSize,
        csa,
        localFfn,
        outputLayers,
        layerMaps,
        temperature,
        clsLnPost,
        prompts,
        position,
        localLossWeight);
    outputLayers = List.copyOf(outputLayers);
  }
}
