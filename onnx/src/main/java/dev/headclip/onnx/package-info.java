/**
 * The ONNX interpreter of the network definition in core: {@link dev.headclip.onnx.GraphOps}
 * records a graph, {@link dev.headclip.onnx.Exporter} writes it as a model of its own, and {@link
 * dev.headclip.onnx.OnnxEngine} runs it with ONNX Runtime.
 */
@dev.headclip.PublicApi
package dev.headclip.onnx;
