package dev.headclip.app;

import dev.headclip.hub.CatalogueEntry;
import dev.headclip.hub.Hub;
import dev.headclip.hub.Receipt;
import dev.headclip.hub.Sizes;
import dev.headclip.model.BuiltInModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code headclip models list}. */
@Command(
    name = "list",
    description =
        "Built-in models, published ones that can be fetched by name, and what was fetched.")
final class ModelsList implements Callable<Integer> {
  private static final String BUILT_IN = "built in";

  /** A line of the table. */
  private record Line(String name, String kind, String size, String here, String about) {}

  @Override
  public Integer call() {
    Hub hub = new HubOption().hub();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("NAME", "KIND", "SIZE", "HERE", "FOR, AND LICENCE"));
    for (String name : BuiltInModels.names()) {
      lines.add(new Line(name, "model", "", BUILT_IN, "the first try, on any machine"));
    }
    for (CatalogueEntry e : hub.catalogue().entries()) {
      lines.add(
          new Line(
              e.name(),
              e.kind().name().toLowerCase(Locale.ROOT),
              e.bytes() == 0 ? "" : Sizes.text(e.bytes()),
              hub.here(e).isPresent() ? "yes" : "",
              "%s (licence: %s)".formatted(e.about(), e.licence())));
    }
    for (Receipt r : hub.receipts()) {
      if (hub.catalogue().find(r.name()).isEmpty()) {
        lines.add(new Line(r.name(), "", Sizes.text(r.bytes()), "yes", "fetched on " + r.date()));
      }
    }
    int wide = lines.stream().mapToInt(l -> l.name().length()).max().orElse(1);
    for (Line l : lines) {
      System.out.printf(
          "%-" + wide + "s  %-8s  %7s  %-8s  %s%n",
          l.name(),
          l.kind(),
          l.size(),
          l.here(),
          l.about());
    }
    System.out.println();
    System.out.println(
        "A published model runs as --model BACKBONE+ADAPTER; what is missing is fetched.");
    return Main.OK;
  }
}
