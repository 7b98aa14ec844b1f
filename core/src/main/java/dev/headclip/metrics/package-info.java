/** Figures of merit by the definitions of docs/spec/metrics.md. */
package dev.headclip.metrics;
