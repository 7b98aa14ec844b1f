package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.fuzz.Fuzzer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutated plans and flags from files. */
class PlanFuzzTest {
  @TempDir private Path dir;

  private static byte[] plan(String name) throws IOException {
    try (InputStream in = Main.class.getResourceAsStream("/headclip/plans/" + name + ".yaml")) {
      return in.readAllBytes();
    }
  }

  @Test
  void plansAreReadOrRefusedWithOneLine() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String name : List.of("ablation", "readings", "paper-medical")) {
      seeds.add(plan(name));
    }
    Path file = dir.resolve("p.yaml");
    new Fuzzer("plan", seeds, 1500)
        .run(
            bytes -> {
              Files.write(file, bytes);
              BenchmarkPlan p = BenchmarkPlan.read(file.toString());
              assertThat(p.lambdas()).allSatisfy(l -> assertThat(l).isBetween(0.0, 1.0));
              assertThat(p.seeds()).allSatisfy(s -> assertThat(s).isNotNegative());
            });
  }

  @Test
  void flagsFromFilesAreToo() {
    byte[] seed =
        "epochs: 15\nbatch: 8\nlr: 1e-3\noutput_layers: [12, 24]\ncsa: {first: 6, last: 24}\nroot: [a, b]\n"
            .getBytes(StandardCharsets.UTF_8);
    Path file = dir.resolve("c.yaml");
    new Fuzzer("config.yaml", List.of(seed), 3000)
        .run(
            bytes -> {
              Files.write(file, bytes);
              ConfigFile.values(file);
            });
  }
}
