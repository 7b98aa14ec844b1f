/**
 * A frozen CLIP as a folder or file on disk, in every published form. Facts: docs/spec/clip.md 7.
 */
@dev.headclip.PublicApi
package dev.headclip.backbone;
