/** Annotated data sets. Facts: docs/spec/datasets.md. */
package dev.headclip.dataset;
