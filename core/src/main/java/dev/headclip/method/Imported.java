package dev.headclip.method;

import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Optional;

/**
 * What an authors' checkpoint holds.
 *
 * @param learned the numbers under the names of adapter files
 * @param backbone the CLIP that such checkpoints are made for, where their sizes tell
 */
public record Imported(Tensors<HostTensor> learned, Optional<ClipConfig> backbone) {}
