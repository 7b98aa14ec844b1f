package dev.headclip.results;

/** A form of results; called as it is written. */
public enum ResultFormat {
  /** For people. */
  text,
  /** One JSON object a line. */
  json,
  /** A table. */
  csv,
  /** One document with the regions' pixels. */
  coco
}
