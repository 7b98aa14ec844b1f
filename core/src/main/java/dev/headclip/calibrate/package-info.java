/** Thresholds with a known origin, from labelled, normal or unlabelled images. */
package dev.headclip.calibrate;
