/** A model on an annotated data set: predictions that survive a kill, figures, report. */
package dev.headclip.evaluate;
