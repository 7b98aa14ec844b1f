/** Thresholds with a known origin, from labelled, normal or unlabelled images. */
@dev.headclip.PublicApi
package dev.headclip.calibrate;
