package dev.headclip.synth;

/**
 * A picture without defects.
 *
 * @param picture what is seen
 * @param region 1 where a defect may lie (the surface or the object), 0 elsewhere
 * @param ground what lies behind the object; the picture itself for a surface
 * @param noun for captions
 * @param object whether there is an object on a ground
 * @param parts of an arrangement; {@link Parts#none} where there is none
 */
record Scene(
    Picture picture, Field region, Picture ground, String noun, boolean object, Parts parts) {
  /** Of no parts. */
  Scene(Picture picture, Field region, Picture ground, String noun, boolean object) {
    this(picture, region, ground, noun, object, Parts.none());
  }

  /** A square of it seen elsewhere. */
  Scene warped(Field.Warp w) {
    return new Scene(
        picture.warped(w), region.warped(w), ground.warped(w), noun, object, parts.warped(w));
  }
}
