/**
 * The small set of tensor operations that every network here is written in, and its host-side
 * values. An implementation computes (torch) or records a graph (onnx); the networks cannot tell.
 */
package dev.headclip.tensor;
