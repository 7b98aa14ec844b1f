/**
 * Learning: HeadCLIP's losses (spec/headclip.md Eq. 10, 11; spec/anomalyclip.md section 4), Adam,
 * and the trainers of adapters and of the starter model.
 */
package dev.headclip.torch.training;
