/**
 * Images in and out: decoding of every common form, Pillow-exact resizing, normalisation, heat
 * maps. Facts: docs/spec/clip.md section 6.
 */
@dev.headclip.PublicApi
package dev.headclip.image;
