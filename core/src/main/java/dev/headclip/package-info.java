/** HeadCLIP for Java: zero-shot image anomaly detection. Start at {@link dev.headclip.detect}. */
@PublicApi
package dev.headclip;
