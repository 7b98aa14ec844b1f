package dev.headclip.app;

import dev.headclip.pretrain.Interpolation;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models interpolate}. */
@Command(
    name = "interpolate",
    description =
        "Writes a backbone between two, one of which 'models pretrain --from' made of the other.",
    footer = {
      "",
      "It keeps what training on forgot (WiSE-FT, Wortsman and others, 2022): docs/starter.md.",
      "Adapt it afterwards: adapters of the two do not fit.",
      "",
      "Examples:",
      "  headclip models interpolate starter-before longer between --share 0.5"
    })
final class ModelsInterpolate implements Callable<Integer> {
  @Parameters(paramLabel = "BEFORE", description = "Backbone that was trained on.")
  private Path before;

  @Parameters(paramLabel = "AFTER", description = "Backbone that came of it.")
  private Path after;

  @Parameters(paramLabel = "OUT", description = "Folder for the backbone between.")
  private Path out;

  @Option(
      names = "--share",
      paramLabel = "X",
      defaultValue = "0.5",
      description = "Share of AFTER, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double share;

  @Override
  public Integer call() {
    Interpolation.write(before, after, share, out);
    System.err.println("backbone written to " + out);
    return Main.OK;
  }
}
