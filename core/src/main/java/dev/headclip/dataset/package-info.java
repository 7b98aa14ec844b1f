/** Annotated data sets. Facts: docs/spec/datasets.md. */
@dev.headclip.PublicApi
package dev.headclip.dataset;
