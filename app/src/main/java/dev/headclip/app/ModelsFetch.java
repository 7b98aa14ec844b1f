package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.hub.CatalogueEntry;
import dev.headclip.hub.Hub;
import dev.headclip.hub.Sizes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models fetch}. */
@Command(
    name = "fetch",
    description =
        "Fetches published models; goes on where it stopped, verifies what is here. Others of this program's commands fetch what they need.",
    footer = {
      "",
      "Names are those of 'models list', OWNER/NAME[@REVISION] of a Hugging Face repository, or the",
      "https address of a file. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HTTPS_PROXY, NO_PROXY,",
      "HEADCLIP_CACHE, HEADCLIP_MIRROR and HEADCLIP_CATALOGUE are heard: docs/models.md.",
      "",
      "Examples:",
      "  headclip models fetch clip-vit-large-patch14-336 anomalyclip",
      "  headclip models fetch laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
      "  headclip models fetch https://host/vit_b_16.pt --sha256 5806e77c"
    })
final class ModelsFetch implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "NAME|REPOSITORY|ADDRESS",
      description = "What to fetch.")
  private List<String> names;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "What the file at an address must have, or its beginning.")
  private Optional<String> sha256;

  @Mixin private HubOption option;

  @Override
  public Integer call() {
    if (sha256.isPresent() && names.size() > 1) {
      throw new HeadClipException("--sha256 with %d names, expected one".formatted(names.size()));
    }
    Hub hub = option.hub();
    List<CatalogueEntry> entries =
        names.stream()
            .map(n -> sha256.map(s -> hub.entry(n, s)).orElseGet(() -> hub.entry(n)))
            .toList();
    for (CatalogueEntry e : entries) {
      fetch(hub, e);
    }
    return Main.OK;
  }

  private static void fetch(Hub hub, CatalogueEntry e) {
    List<String> damaged = hub.damaged(e);
    if (!damaged.isEmpty()) {
      if (hub.settings().offline()) {
        throw new HeadClipException(
            "%s: %s damaged on this machine; fetch it again with a network"
                .formatted(e.name(), damaged));
      }
      System.err.printf("note: %s: %s damaged on this machine; fetched again%n", e.name(), damaged);
      hub.dropDamaged(e, damaged);
    }
    // another program's is recorded, where the hub can say what it should be
    boolean enough = hub.receipt(e).isPresent() || hub.settings().offline();
    Path folder = hub.here(e).filter(f -> enough).orElseGet(() -> FetchLine.run(hub.plan(e)));
    String found =
        hub.receipt(e).map(r -> Sizes.text(r.bytes()) + ", verified,").orElse("another program's,");
    System.out.printf("%s: %s in %s%n", e.name(), found, folder);
  }
}
