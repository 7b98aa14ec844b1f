/** AnoVL: sentences, value attention in every layer, and adaptation to each image. */
@dev.headclip.PublicApi
package dev.headclip.method.anovl;
