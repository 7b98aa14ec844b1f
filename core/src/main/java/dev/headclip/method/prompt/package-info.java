/** Prompts: two whose first words and early tokens are learned, and ensembles of sentences. */
package dev.headclip.method.prompt;
