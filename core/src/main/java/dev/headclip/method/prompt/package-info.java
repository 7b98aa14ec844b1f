/** Prompts: two whose first words and early tokens are learned, and ensembles of sentences. */
@dev.headclip.PublicApi
package dev.headclip.method.prompt;
