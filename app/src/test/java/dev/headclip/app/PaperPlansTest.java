package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.testing.MiniatureSets;
import dev.headclip.testing.TinyModel;
import dev.headclip.tokenizer.TokenizerJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paper's plans from start to end, on all 17 data sets in miniature. */
class PaperPlansTest {
  @TempDir private Path dir;
  private Commands commands;

  @BeforeEach
  void prepare() {
    commands = new Commands(dir);
    MiniatureSets.write(dir.resolve("downloads"));
  }

  /** With a few merges: without any, the longest sentences have more bytes than a context. */
  private Path backbone(Path folder) throws IOException {
    List<String> merges =
        List.of("i n", "a l", "e r", "e c", "o r", "o n</w>", "i t", "a t", "in d", "u s", "t r");
    Files.writeString(folder.resolve("tokenizer.json"), TokenizerJson.of(merges));
    return folder;
  }

  private Processes.Run run(String plan, Path backbone) {
    return commands.run(
        "benchmark",
        plan,
        "--data",
        Path.of("downloads"),
        "--backbone",
        backbone,
        "--seeds",
        "111",
        "--set",
        "epochs=1",
        "--set",
        "image_size=70",
        "--out",
        Path.of(plan.endsWith(".yaml") ? "short" : plan));
  }

  private String read(String file) throws IOException {
    return Files.readString(dir.resolve(file));
  }

  private static final List<String> METHODS =
      List.of("AnoVL", "WinCLIP", "AdaCLIP", "AnomalyCLIP", "HeadCLIP");

  @Test
  @Tag("long")
  void everyMethodOfThePaperComesThroughAPlan() throws Exception {
    String plan;
    try (InputStream in = Main.class.getResourceAsStream("/headclip/plans/paper-medical.yaml")) {
      plan = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String shorter = plan.replaceFirst("targets: \\[.*]", "targets: [headct, isic]");
    assertThat(shorter).isNotEqualTo(plan);
    Path file = Files.writeString(dir.resolve("short.yaml"), shorter);
    Path clip = backbone(TinyModel.backbone(dir.resolve("clip")));
    Processes.Run r = run(file.toString(), clip);
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).contains("3 trainings, 10 evaluations", " left");
    for (String method : METHODS) {
      assertThat(r.out()).contains("| headct (4 of 200 images), " + method + " | ");
    }
    assertThat(r.out()).contains("AdaCLIP from mvtec: epoch chosen on visa.");
  }

  @Test
  @Tag("long")
  void theMedicalTablesHaveEveryMethodAndNeverSetAPartBesideThePapersWhole() throws Exception {
    Processes.Run r = run("paper-medical", backbone(TinyModel.backbone(dir.resolve("clip"))));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err())
        .contains("3 trainings, 50 evaluations", " left")
        .doesNotContain("missing:", "failed:");
    for (String method : METHODS) {
      assertThat(r.out()).contains("| headct (4 of 200 images), " + method + " | ");
      assertThat(r.out()).contains("(incomplete: headct, brainmri, br35h, covid19), " + method);
    }
    assertThat(r.out()).contains("AdaCLIP from mvtec: epoch chosen on visa.");
    // what is a part of a set stands beside nothing of the paper's
    assertThat(r.out()).doesNotContainPattern("\\(\\d+\\.\\d, [+-]");
    String figures = read("paper-medical/figures.csv");
    assertThat(figures.lines().filter(l -> l.contains(",0.5,image,mad,"))).hasSize(5 * 4);
    assertThat(read("paper-medical/report.html")).contains("<polyline", "figure3.html");
    assertThat(read("paper-medical/figure3.html"))
        .contains("<th>mask</th>", "<th>AnoVL</th>", "data:image/jpeg");
    assertThat(dir.resolve("paper-medical/figure3.png")).isNotEmptyFile();
    Processes.Run again = run("paper-medical", dir.resolve("clip"));
    assertThat(again.out()).isEqualTo(r.out());
    assertThat(again.err()).doesNotContain("epoch 1/1");
  }

  @Test
  @Tag("long")
  void theIndustrialTablesComeClassByClass() throws Exception {
    Processes.Run r = run("paper-industrial", backbone(TinyModel.backbone(dir.resolve("clip"))));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).contains("6 trainings, 35 evaluations");
    assertThat(r.out()).contains("epoch chosen on visa, so its figures there are not of an unseen");
    assertThat(read("paper-industrial/classes.md"))
        .contains("### mvtec, image level", "| metal_nut, HeadCLIP |", "### dtd, pixel level");
  }

  @Test
  @Tag("long")
  void theAblationsHaveEveryRowOfTableSevenAndTheReadingsAreAnswered() throws Exception {
    Path deep = backbone(TinyModel.deepBackbone(dir.resolve("deep")));
    Processes.Run r = run("paper-ablations", deep);
    assertThat(r.code()).as(r.err()).isZero();
    for (String layers : List.of("6,12,18,24", "12,18,24", "18,24", "24", "18", "12", "6")) {
      assertThat(r.out())
          .contains("| layers %s |".formatted(layers))
          .contains("| layers %s, no head weights |".formatted(layers));
    }
    Processes.Run readings = run("readings", deep);
    assertThat(readings.code()).as(readings.err()).isZero();
    assertThat(readings.out()).contains("### Eq. 11, weight of the local loss", "Decided by");
  }
}
