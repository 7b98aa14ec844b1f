/** Figures of merit by the definitions of spec/metrics.md. */
package dev.headclip.metrics;
