/**
 * Auxiliary data that may be shipped: surfaces and objects drawn by program, with defects of many
 * kinds, their masks and captions. A seed and an index determine a picture, whatever the threads.
 */
@dev.headclip.PublicApi
package dev.headclip.synth;
