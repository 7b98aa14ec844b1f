/**
 * Weight files of every published form, read without executing anything: safetensors, PyTorch zip
 * archives (a pickle reader that builds plain containers only), and a backbone's canonical tensors
 * out of any of them.
 */
@dev.headclip.PublicApi
package dev.headclip.weights;
