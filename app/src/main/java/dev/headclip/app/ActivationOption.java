package dev.headclip.app;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Activation;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What weights without a configuration do not say. */
final class ActivationOption {
  enum Name {
    quick_gelu,
    gelu
  }

  @Option(
      names = "--activation",
      paramLabel = "quick_gelu|gelu",
      description =
          "Of a backbone without a configuration beside it (default: what its file's name says).")
  private Optional<Name> activation;

  Optional<Activation> get() {
    return activation.map(a -> Activation.of(a.name()));
  }

  /** Says what had to be assumed. */
  static void say(Backbone backbone) {
    backbone.assumed().forEach(a -> System.err.println("note: " + a));
  }
}
