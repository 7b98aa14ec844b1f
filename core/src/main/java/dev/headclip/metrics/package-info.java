/** Figures of merit by the definitions of docs/spec/metrics.md. */
@dev.headclip.PublicApi
package dev.headclip.metrics;
