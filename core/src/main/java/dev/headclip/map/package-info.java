/** Anomaly maps: upsampling, smoothing, the local score, regions. Eq. 7 and 12. */
package dev.headclip.map;
