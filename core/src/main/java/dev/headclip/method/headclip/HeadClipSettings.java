package dev.headclip.method.headclip;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.InputSettings;
import dev.headclip.method.local.LocalPath;
import dev.headclip.method.prompt.PromptSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.List;
import java.util.Optional;

/**
 * Everything that HeadCLIP's paper leaves open or fixes, but for the learned numbers and what turns
 * them into scores.
 *
 * @param imageSize side S of the square network input, pixels
 * @param localPath wiring of the local path
 * @param outputLayers layers whose features make maps, averaged
 * @param temperature tau of every softmax over cosines (Eq. 8, 9)
 * @param clsLnPost whether the global feature passes ln_post
 * @param prompts the learned prompts
 * @param position how position embeddings are resized
 * @param headWeights whether there is a learned weight for every head of the local path
 * @param headWeightStart their first value (Table 8)
 * @param headWeightStartSd deviation of a normal draw around it; 0 for none
 * @param headWeightLr their own learning rate; empty for the run's
 * @param localLossWeight of Eq. 11's sum (docs/spec/headclip.md section 4.7)
 */
public record HeadClipSettings(
    @Setting(
            value = "Side of the network's input, pixels",
            min = 1,
            max = ClipConfig.LARGEST_IMAGE,
            shown = "518, or the backbone's own")
        int imageSize,
    @Setting(value = "The local path", inline = true) LocalPath localPath,
    @Setting(value = "Layers whose features make maps", min = 1, shown = "the last")
        List<Integer> outputLayers,
    @Setting(value = "Of every softmax over cosines", absent = "0.07", min = 1e-4, max = 1e4)
        double temperature,
    @Setting(value = "The global feature passes the tower's last normalisation", absent = "false")
        boolean clsLnPost,
    @Setting(value = "The learned prompts", inline = true) PromptSettings prompts,
    @Setting(value = "Resizing of position embeddings", absent = "bilinear")
        PositionResize position,
    @Setting(value = "Learn a weight for every head of the local path", absent = "true")
        boolean headWeights,
    @Setting(value = "First value of the head weights", absent = "1.0") double headWeightStart,
    @Setting(value = "Deviation of a normal draw around it", absent = "0.0", min = 0)
        double headWeightStartSd,
    @Setting(
            value = "The head weights' own learning rate",
            min = 0,
            above = true,
            max = 1,
            shown = "lr")
        Optional<Double> headWeightLr,
    @Setting(value = "Weight of the maps' loss beside the global one", absent = "1.0", min = 0)
        double localLossWeight)
    implements InputSettings {
  public HeadClipSettings {
    Schema.check(
        HeadClipSettings.class,
        imageSize,
        localPath,
        outputLayers,
        temperature,
        clsLnPost,
        prompts,
        position,
        headWeights,
        headWeightStart,
        headWeightStartSd,
        headWeightLr,
        localLossWeight);
    outputLayers = List.copyOf(outputLayers);
  }
}
