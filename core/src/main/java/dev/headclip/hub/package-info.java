/**
 * Published weights and checkpoints on this machine: a catalogue, downloads that resume and are
 * verified, a cache that is shared with Hugging Face's own.
 */
@dev.headclip.PublicApi
package dev.headclip.hub;
