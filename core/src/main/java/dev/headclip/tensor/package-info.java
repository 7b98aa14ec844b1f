/**
 * The small set of tensor operations that every network here is written in, and its host-side
 * values. An implementation computes (in plain Java here, in libtorch) or records a graph (onnx);
 * the networks cannot tell.
 */
@dev.headclip.PublicApi
package dev.headclip.tensor;
