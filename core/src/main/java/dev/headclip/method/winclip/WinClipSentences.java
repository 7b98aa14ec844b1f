package dev.headclip.method.winclip;

import dev.headclip.method.ClassName;
import dev.headclip.method.prompt.SentenceGrid;
import java.util.List;

/**
 * The sentences of one class, state after state (reproduce_WinCLIP.py:106-155). "jpeg corrupted
 * photo of the" stands there twice, as in that code.
 */
final class WinClipSentences {
  private static final List<String> ABNORMAL =
      List.of("damaged %s", "%s with flaw", "%s with defect", "%s with damage");

  private static final List<String> TEMPLATES =
      List.of(
          "a cropped photo of the %s.",
          "a close-up photo of a %s.",
          "a close-up photo of the %s.",
          "a bright photo of a %s.",
          "a bright photo of the %s.",
          "a dark photo of the %s.",
          "a dark photo of a %s.",
          "a jpeg corrupted photo of the %s.",
          "a jpeg corrupted photo of the %s.",
          "a blurry photo of the %s.",
          "a blurry photo of a %s.",
          "a photo of a %s.",
          "a photo of the %s.",
          "a photo of a small %s.",
          "a photo of the small %s.",
          "a photo of a large %s.",
          "a photo of the large %s.",
          "a photo of the %s for visual inspection.",
          "a photo of a %s for visual inspection.",
          "a photo of the %s for anomaly detection.",
          "a photo of a %s for anomaly detection.");

  private WinClipSentences() {}

  static SentenceGrid of(ClassName name) {
    return new SentenceGrid(
        SentenceGrid.stateByState(SentenceGrid.NORMAL_STATES, TEMPLATES, name.text()),
        SentenceGrid.stateByState(ABNORMAL, TEMPLATES, name.text()));
  }
}
