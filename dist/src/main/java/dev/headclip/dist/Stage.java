package dev.headclip.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Makes what packages hold beside the jars: natives cut, own Java, licences, manual, completion. */
public final class Stage {
  private Stage() {}

  /**
   * @param args the folder that the jars were copied into, and the time that files are to have
   */
  public static void main(String[] args) throws IOException {
    Path stage = Path.of(args[0]);
    Instant time = Instant.parse(args[1]);
    Path jars = stage.resolve("lib");
    Path platform = stage.resolve("lib-platform");
    NativeJars cut = new NativeJars(time);
    cut.platform(jars, platform);
    cut.portable(jars);
    OwnJava.link(stage.resolve("runtime"));
    Licences.collect(jars, stage.resolve("licenses"));
    Manual.write(stage.resolve("adoc"), stage.resolve("completion"), time);
    JarSizes.print("portable", jars);
    JarSizes.print("this platform", platform);
  }
}
