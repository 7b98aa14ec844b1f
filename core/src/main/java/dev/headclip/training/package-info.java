/**
 * Learning a method's numbers on an annotated auxiliary data set: the loop, its checkpoints, its
 * log. Independent of the engine that computes losses and gradients.
 */
@dev.headclip.PublicApi
package dev.headclip.training;
