package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.synth.Generator;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What pictures are drawn from, beside the program itself. */
final class PictureOptions {
  @Option(
      names = "--textures",
      paramLabel = "DIR",
      description = "Pictures of surfaces, see starter/fetch-textures.sh.")
  private Optional<Path> textures;

  @Option(
      names = "--cutouts",
      paramLabel = "DIR",
      description = "Things on transparent ground, with --textures.")
  private Optional<Path> cutouts;

  boolean areThere() {
    return textures.isPresent();
  }

  /**
   * @param share of surfaces that come from pictures, where there are some
   */
  Generator generator(long seed, int size, double share) {
    if (cutouts.isPresent() && textures.isEmpty()) {
      throw new HeadClipException("--cutouts without --textures; name a folder of surfaces, too");
    }
    return textures
        .map(t -> Generator.withPhotos(seed, size, t, share, cutouts))
        .orElseGet(() -> Generator.drawn(seed, size));
  }
}
