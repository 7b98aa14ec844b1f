/** CLIP's tokenizer, from the backbone's own files. Facts: spec/clip.md section 5. */
package dev.headclip.tokenizer;
