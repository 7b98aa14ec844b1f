/**
 * Makes the starter's small CLIP: pretraining end to end on pictures that a program draws, or makes
 * of photographs.
 */
@dev.headclip.PublicApi
package dev.headclip.pretrain;
