/** A model on an annotated data set: predictions that survive a kill, figures, report. */
@dev.headclip.PublicApi
package dev.headclip.evaluate;
