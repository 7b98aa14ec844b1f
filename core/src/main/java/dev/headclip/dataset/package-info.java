/** Annotated data sets. Facts: spec/datasets.md. */
package dev.headclip.dataset;
