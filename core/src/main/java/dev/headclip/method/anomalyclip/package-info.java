/** AnomalyCLIP, with its published configurations and checkpoints. */
@dev.headclip.PublicApi
package dev.headclip.method.anomalyclip;
