/**
 * CLIP's two towers, exactly as published, over {@link dev.headclip.tensor.TensorOps}; its sizes,
 * tensor names and position embeddings at other resolutions. Facts: docs/spec/clip.md.
 */
@dev.headclip.PublicApi
package dev.headclip.clip;
