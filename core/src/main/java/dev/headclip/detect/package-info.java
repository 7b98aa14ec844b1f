/**
 * The main job: images in, verdicts and maps out. {@code Detector.load("starter").detect(path)} is
 * the short way.
 */
@dev.headclip.PublicApi
package dev.headclip.detect;
