/** AnomalyCLIP, with its published configurations and checkpoints. */
package dev.headclip.method.anomalyclip;
