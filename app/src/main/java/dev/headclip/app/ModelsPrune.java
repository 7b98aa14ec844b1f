package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.hub.Hub;
import dev.headclip.hub.Receipt;
import dev.headclip.hub.Sizes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models prune}. */
@Command(
    name = "prune",
    description =
        "Removes models that were fetched; without names, downloads that were begun and not ended. What other programs put into Hugging Face's cache stays.",
    footer = {
      "",
      "Examples:",
      "  headclip models prune",
      "  headclip models prune clip-vit-large-patch14-336",
      "  headclip models prune --all"
    })
final class ModelsPrune implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "NAME", description = "As 'models list' shows them.")
  private List<String> names = List.of();

  @Option(names = "--all", description = "All that was ever fetched.")
  private boolean all;

  @Mixin private HubOption option;

  @Override
  public Integer call() {
    Hub hub = option.hub();
    List<Receipt> receipts = hub.receipts();
    for (String name : names) {
      if (receipts.stream().noneMatch(r -> r.name().equals(name))) {
        throw new HeadClipException(
            "%s: was not fetched, here are %s"
                .formatted(name, receipts.stream().map(Receipt::name).toList()));
      }
    }
    for (Receipt r : receipts) {
      if (all || names.contains(r.name())) {
        System.out.printf("%s: %s freed%n", r.name(), Sizes.text(hub.remove(r)));
      }
    }
    if (all || names.isEmpty()) {
      System.out.printf("unfinished downloads: %s freed%n", Sizes.text(hub.removePartial()));
    }
    if (all) {
      Places.forget(hub);
    }
    return Main.OK;
  }
}
