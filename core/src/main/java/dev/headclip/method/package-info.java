/**
 * HeadCLIP: its settings, its learned numbers, their file, and its network over {@link
 * dev.headclip.tensor.TensorOps}. Equations: spec/headclip.md section 2.
 */
package dev.headclip.method;
