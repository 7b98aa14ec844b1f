package dev.headclip.evaluate;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;

/**
 * What a network said of one image.
 *
 * @param evidence that scores and map are made of
 * @param width of the image, pixels
 * @param height of the image, pixels
 * @param ms spent
 */
public record Prediction(Tensors<HostTensor> evidence, int width, int height, float ms) {}
