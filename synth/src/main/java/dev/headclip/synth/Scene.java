package dev.headclip.synth;

/**
 * A picture without defects.
 *
 * @param picture what is seen
 * @param region 1 where a defect may lie (the surface or the object), 0 elsewhere
 * @param ground what lies behind the object; the picture itself for a surface
 * @param noun for captions
 * @param object whether there is an object on a ground
 */
record Scene(Picture picture, Field region, Picture ground, String noun, boolean object) {}
