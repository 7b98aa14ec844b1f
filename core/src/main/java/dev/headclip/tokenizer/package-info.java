/** CLIP's tokenizer, from the backbone's own files. Facts: docs/spec/clip.md section 5. */
@dev.headclip.PublicApi
package dev.headclip.tokenizer;
