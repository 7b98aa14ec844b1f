package dev.headclip.method.prompt;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;

/**
 * The words behind the learned prompt tokens: the prompt of template T reads {@code X X .. X T.}
 *
 * @param normal describes a normal image, "object"
 * @param abnormal describes an anomalous one, "damaged object"
 */
public record Templates(
    @Setting(
            value = "Words behind the learned tokens",
            absent = "object",
            aliases = "normal_template")
        String normal,
    @Setting(
            value = "The same for anomalous images",
            absent = "damaged object",
            aliases = "abnormal_template")
        String abnormal) {
  public Templates {
    Schema.check(Templates.class, normal, abnormal);
  }
}
