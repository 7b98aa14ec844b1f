/**
 * The networks computed by libtorch through DJL: the reference engine, and the only one that
 * learns.
 *
 * <p>Native memory: a {@link dev.headclip.torch.TorchSession} or {@link
 * dev.headclip.torch.TorchLearner} owns the weights; each computation owns what it makes through a
 * {@link dev.headclip.torch.TorchOps} and gives it back when that closes.
 */
@dev.headclip.PublicApi
package dev.headclip.torch;
