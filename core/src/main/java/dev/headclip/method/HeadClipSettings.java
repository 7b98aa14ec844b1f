package dev.headclip.method;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.PositionResize;
import java.util.List;
import java.util.Objects;

/**
 * Everything that HeadCLIP's paper leaves open or fixes, but for the learned numbers. Stored in the
 * adapter file; the names in brackets are its keys.
 *
 * @param imageSize side S of the square network input, pixels [image_size]
 * @param localPath wiring of the local path [csa, aggregate, ...]
 * @param outputLayers layers whose features make maps, averaged [output_layers]
 * @param temperature tau of every softmax over cosines (Eq. 8, 9) [temperature]
 * @param sigma of the Gaussian over the map, in network pixels; 0 for none (Eq. 12) [sigma]
 * @param top pixels that make the local score (Eq. 7) [top_fraction or top_count]
 * @param topOnRaw whether these are of the map before the Gaussian [top_map: smoothed, raw]
 * @param lambda weight of the local score: S = (1-lambda) global + lambda local (Eq. 8) [lambda]
 * @param clsLnPost whether the global feature passes ln_post [cls_ln_post]
 * @param templates words behind the learned tokens [templates]
 * @param prompts how learned tokens enter the text tower [deep]
 * @param position how position embeddings are resized [position]
 * @param threshold score from which an image is anomalous [threshold]
 */
public record HeadClipSettings(
    int imageSize,
    LocalPath localPath,
    List<Integer> outputLayers,
    double temperature,
    double sigma,
    TopPixels top,
    boolean topOnRaw,
    double lambda,
    boolean clsLnPost,
    Templates templates,
    PromptSettings prompts,
    PositionResize position,
    double threshold) {

  public HeadClipSettings {
    Objects.requireNonNull(localPath, "localPath");
    Objects.requireNonNull(top, "top");
    Objects.requireNonNull(templates, "templates");
    Objects.requireNonNull(prompts, "prompts");
    Objects.requireNonNull(position, "position");
    outputLayers = List.copyOf(outputLayers);
    require(
        imageSize >= 1 && imageSize <= ClipConfig.LARGEST_IMAGE,
        "--image-size",
        imageSize,
        "1 to " + ClipConfig.LARGEST_IMAGE);
    require(!outputLayers.isEmpty(), "--output-layers", outputLayers, "at least one layer");
    for (int l : outputLayers) {
      require(l >= 1, "--output-layers", outputLayers, "layers counted from 1");
    }
    require(
        temperature >= 1e-4 && temperature <= 1e4, "--temperature", temperature, "0.0001 to 10000");
    require(sigma >= 0 && sigma <= 100, "--sigma", sigma, "0 to 100");
    require(lambda >= 0 && lambda <= 1, "--lambda", lambda, "0 to 1");
    require(threshold >= 0 && threshold <= 1, "--threshold", threshold, "0 to 1");
  }

  private static void require(boolean ok, String flag, Object found, String expected) {
    if (!ok) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(flag, found, expected));
    }
  }

  /** The recommended settings for a backbone. */
  public static HeadClipSettings defaultsFor(ClipConfig config) {
    int layers = config.vision().layers();
    int size = 518 % config.patchSize() == 0 ? 518 : config.imageSize();
    return new HeadClipSettings(
        size,
        LocalPath.defaultFor(layers),
        List.of(layers),
        0.07,
        4.0,
        new TopPixels.Fraction(0.03),
        false,
        0.5,
        false,
        Templates.defaults(),
        PromptSettings.defaults(),
        PositionResize.BILINEAR,
        0.5);
  }

  /** Throws where these settings ask for something that the backbone does not have. */
  public void checkAgainst(ClipConfig config) {
    int layers = config.vision().layers();
    require(
        localPath.last() <= layers,
        "--csa",
        localPath.first() + "-" + localPath.last(),
        "layers up to the backbone's " + layers);
    for (int l : outputLayers) {
      require(l <= layers, "--output-layers", outputLayers, "up to the backbone's " + layers);
    }
    config.grid(imageSize);
  }

  public HeadClipSettings withImageSize(int to) {
    return new HeadClipSettings(
        to,
        localPath,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withLocalPath(LocalPath to) {
    return new HeadClipSettings(
        imageSize,
        to,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withOutputLayers(List<Integer> to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        to,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withTop(TopPixels to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        sigma,
        to,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withLambda(double to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        to,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withSigma(double to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        to,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withClsLnPost(boolean to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        to,
        templates,
        prompts,
        position,
        threshold);
  }

  public HeadClipSettings withPrompts(PromptSettings to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        to,
        position,
        threshold);
  }

  public HeadClipSettings withThreshold(double to) {
    return new HeadClipSettings(
        imageSize,
        localPath,
        outputLayers,
        temperature,
        sigma,
        top,
        topOnRaw,
        lambda,
        clsLnPost,
        templates,
        prompts,
        position,
        to);
  }
}
