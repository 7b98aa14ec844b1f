package dev.headclip.training;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run brought.
 *
 * @param learned the numbers
 * @param epochs their losses
 * @param best the epoch that the numbers are of, where it was selected
 * @param complete false where it was stopped early
 * @param started when the run began first, as text
 * @param machine what computed
 */
public record TrainingResult(
    Tensors<HostTensor> learned,
    List<EpochFigures> epochs,
    Optional<Integer> best,
    boolean complete,
    String started,
    Map<String, Object> machine) {}
