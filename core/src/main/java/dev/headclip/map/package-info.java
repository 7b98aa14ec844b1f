/** Anomaly maps: upsampling, smoothing, the local score, regions. Eq. 7 and 12. */
@dev.headclip.PublicApi
package dev.headclip.map;
