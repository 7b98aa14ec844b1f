package dev.headclip.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.testing.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Miniatures of the real layouts, quirks included. */
class LayoutsTest {
  @TempDir private Path dir;

  private void file(String... names) throws IOException {
    for (String n : names) {
      Path p = dir.resolve(n);
      Files.createDirectories(p.getParent());
      Files.write(p, new byte[] {1});
    }
  }

  private void picture(String name, int bright) throws IOException {
    Path p = dir.resolve(name);
    Files.createDirectories(p.getParent());
    RgbImage image = RgbImage.blank(4, 9);
    if (bright > 0) {
      image.rgb()[3 * bright] = (byte) 200;
    }
    try (OutputStream out = Files.newOutputStream(p)) {
      ImageWriter.png(image, out);
    }
  }

  private AnnotatedSet read(String dataset) {
    return AnnotatedSet.read(Optional.of(dataset), dir);
  }

  private String text(AnnotatedSet set) {
    StringBuilder s = new StringBuilder();
    for (Sample x : set.samples()) {
      s.append(x.category())
          .append(' ')
          .append(x.anomalous() ? 1 : 0)
          .append(' ')
          .append(dir.relativize(x.image()).toString().replace('\\', '/'))
          .append(' ')
          .append(x.mask().map(m -> dir.relativize(m).toString().replace('\\', '/')).orElse("-"))
          .append('\n');
    }
    return s.toString();
  }

  @Test
  void mvtecPairsByNameWhateverStrayFilesLieAbout() throws IOException {
    file(
        "mvtec/bottle/train/good/000.png",
        "mvtec/bottle/test/good/000.png",
        "mvtec/bottle/test/crack/000.png",
        "mvtec/bottle/test/crack/001.png",
        "mvtec/bottle/test/crack/Thumbs.db",
        "mvtec/bottle/ground_truth/crack/001_mask.png",
        "mvtec/bottle/ground_truth/crack/.hidden.png",
        "mvtec/license.txt");
    assertThat(text(read("mvtec")))
        .isEqualTo(
            """
            bottle 1 mvtec/bottle/test/crack/000.png -
            bottle 1 mvtec/bottle/test/crack/001.png mvtec/bottle/ground_truth/crack/001_mask.png
            bottle 0 mvtec/bottle/test/good/000.png -
            """);
  }

  @Test
  void masksWithoutAnyCommonNameAreTakenInOrder() throws IOException {
    file(
        "c/test/bad/a.png",
        "c/test/bad/b.png",
        "c/ground_truth/bad/x.png",
        "c/ground_truth/bad/y.png");
    assertThat(text(read("dtd")))
        .isEqualTo(
            "c 1 c/test/bad/a.png c/ground_truth/bad/x.png\nc 1 c/test/bad/b.png c/ground_truth/bad/y.png\n");
  }

  @Test
  void btadCallsNormalOkAndMixesEndings() throws IOException {
    file(
        "BTech_Dataset_transformed/01/test/ok/0001.bmp",
        "BTech_Dataset_transformed/01/test/ko/0000.bmp",
        "BTech_Dataset_transformed/01/ground_truth/ko/0000.png");
    assertThat(text(read("btad")))
        .contains(
            "01 1 BTech_Dataset_transformed/01/test/ko/0000.bmp BTech_Dataset_transformed/01/ground_truth/ko/0000.png",
            "01 0 BTech_Dataset_transformed/01/test/ok/0001.bmp -");
  }

  @Test
  void visaReadsItsSplitFile() throws IOException {
    file("candle/Data/Images/Anomaly/000.JPG");
    Files.createDirectories(dir.resolve("split_csv"));
    Files.writeString(
        dir.resolve("split_csv/1cls.csv"),
        """
        object,split,label,image,mask
        pcb1,test,normal,pcb1/Data/Images/Normal/1.JPG,
        candle,train,normal,candle/Data/Images/Normal/0000.JPG,
        candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png
        """);
    assertThat(text(read("visa")))
        .isEqualTo(
            """
            candle 1 candle/Data/Images/Anomaly/000.JPG candle/Data/Masks/Anomaly/000.png
            pcb1 0 pcb1/Data/Images/Normal/1.JPG -
            """);
    Files.writeString(dir.resolve("split_csv/1cls.csv"), "object,split\n");
    assertThatThrownBy(() -> read("visa")).hasMessageContaining("no column label");
  }

  @Test
  void dagmIsAnomalousWhereALabelSharesTheNumber() throws IOException {
    file(
        "DAGM_KaggleUpload/Class2/Test/0002.PNG",
        "DAGM_KaggleUpload/Class2/Test/0003.PNG",
        "DAGM_KaggleUpload/Class2/Test/Label/0003_label.PNG",
        "DAGM_KaggleUpload/Class2/Test/Label/Labels.txt",
        "DAGM_KaggleUpload/Class10/Test/0001.PNG",
        "DAGM_KaggleUpload/Class10/Test/Label/0009_label.PNG",
        "DAGM_KaggleUpload/Class2/Train/0001.PNG");
    AnnotatedSet set = read("dagm");
    assertThat(set.counts().get("Class2")).isEqualTo(new KnownDataset.Count(1, 1));
    assertThat(text(set))
        .contains(
            "Class2 1 DAGM_KaggleUpload/Class2/Test/0003.PNG DAGM_KaggleUpload/Class2/Test/Label/0003_label.PNG")
        .endsWith("Class10 0 DAGM_KaggleUpload/Class10/Test/0001.PNG -\n");
  }

  @Test
  void kolektorIsReadRawAndCutIntoThirds() throws IOException {
    picture("raw/kos01/Part0.jpg", 0);
    picture("raw/kos01/Part0_label.bmp", 0);
    picture("raw/kos01/Part1.jpg", 0);
    picture("raw/kos01/Part1_label.bmp", 17);
    for (int i = 0; i < 3; i++) {
      picture("raw/kos02/Part%d.jpg".formatted(i), 0);
      picture("raw/kos02/Part%d_label.bmp".formatted(i), 0);
    }
    AnnotatedSet raw = AnnotatedSet.read(Optional.of("sdd"), dir.resolve("raw"));
    assertThat(raw.counts().get("electrical commutators")).isEqualTo(new KnownDataset.Count(4, 1));
    Path out = dir.resolve("thirds");
    KolektorThirds.Counts c = KolektorThirds.prepare(dir.resolve("raw"), out);
    // 15 thirds, pixel 17 is in row 4 of 9: the middle third
    assertThat(c).isEqualTo(new KolektorThirds.Counts(10, 4, 1));
    AnnotatedSet set = AnnotatedSet.read(Optional.of("sdd"), out);
    assertThat(set.samples()).hasSize(5);
    Sample bad = set.samples().stream().filter(Sample::anomalous).findFirst().orElseThrow();
    assertThat(bad.image().getFileName()).hasToString("kos01_Part1_1.png");
    assertThat(bad.mask()).isPresent();
    assertThatThrownBy(() -> KolektorThirds.prepare(dir.resolve("raw"), out))
        .hasMessageContaining("not empty");
  }

  /** numpy.random.RandomState(42).permutation(10), as printed by NumPy. */
  @Test
  void permutationsAreNumpys() {
    assertThat(NumpyRandom.permutation(42, 10)).containsExactly(8, 1, 5, 0, 7, 2, 9, 4, 3, 6);
  }

  @Test
  void isicPairsImagesOfAnyFolderWithTheirSegmentations() throws IOException {
    file(
        "ISBI/skin/test/good/ISIC_0000003.jpg",
        "ISBI/skin/ISBI2016_ISIC_Part1_Test_GroundTruth/ISIC_0000003_Segmentation.png");
    assertThat(text(read("isic")))
        .isEqualTo(
            "skin 1 ISBI/skin/test/good/ISIC_0000003.jpg ISBI/skin/ISBI2016_ISIC_Part1_Test_GroundTruth/ISIC_0000003_Segmentation.png\n");
  }

  @Test
  void polypSetsHaveImagesAndMasks() throws IOException {
    file("images/1.png", "images/2.png", "masks/2.png", "masks/1.png", "meta.txt");
    for (String name : List.of("colondb", "clinicdb", "kvasir", "endo")) {
      assertThat(text(read(name)))
          .isEqualTo("colon 1 images/1.png masks/1.png\ncolon 1 images/2.png masks/2.png\n");
    }
  }

  @Test
  void endoTakesAnyFolderThatIsNotTheMasks() throws IOException {
    file("segmentation-images/a.jpg", "masks/a.png");
    assertThat(text(read("endo"))).isEqualTo("colon 1 segmentation-images/a.jpg masks/a.png\n");
  }

  @Test
  void tn3kReadsItsTestPart() throws IOException {
    file(
        "test-image/0000.jpg", "test-mask/0000.jpg", "trainval-image/1.jpg", "trainval-mask/1.jpg");
    assertThat(text(read("tn3k"))).isEqualTo("thyroid 1 test-image/0000.jpg test-mask/0000.jpg\n");
  }

  @Test
  void headCtReadsItsLabelsWithTheBlankInTheHeader() throws IOException {
    file("head_ct/head_ct/000.png", "head_ct/head_ct/100.png", "head_ct/head_ct/999.png");
    Files.writeString(dir.resolve("labels.csv"), "id, hemorrhage\n0,1\n100,0\n");
    assertThat(text(read("headct")))
        .isEqualTo("brain 1 head_ct/head_ct/000.png -\nbrain 0 head_ct/head_ct/100.png -\n");
    AnnotatedSet converted;
    Files.delete(dir.resolve("labels.csv"));
    file(
        "HeadCT_anomaly_detection/brain/test/good/1.png",
        "HeadCT_anomaly_detection/brain/test/other/2.png");
    converted = read("headct");
    assertThat(converted.counts().get("brain")).isEqualTo(new KnownDataset.Count(1, 1));
  }

  @Test
  void labelFoldersIgnoreTheirSiblings() throws IOException {
    file(
        "no/1.jpg",
        "yes/2.JPG",
        "yes/3.jpeg",
        "pred/4.jpg",
        "brain_tumor_dataset/no/1.jpg",
        "brain_tumor_dataset/yes/2.JPG");
    assertThat(text(read("br35h")))
        .isEqualTo("brain 0 no/1.jpg -\nbrain 1 yes/2.JPG -\nbrain 1 yes/3.jpeg -\n");
    assertThat(read("brainmri").samples()).hasSize(3);
    file("chest/NORMAL/1.png", "chest/COVID-19/2.png", "chest/Viral Pneumonia/3.png");
    AnnotatedSet covid = AnnotatedSet.read(Optional.of("covid19"), dir.resolve("chest"));
    assertThat(covid.counts().get("chest")).isEqualTo(new KnownDataset.Count(1, 1));
  }

  @Test
  void theSecondReleaseOfCovidHasItsImagesOneFolderDeeper() throws IOException {
    file("Normal/images/1.png", "Normal/masks/1.png", "COVID/images/2.png", "COVID/masks/2.png");
    assertThat(text(read("covid19")))
        .isEqualTo("chest 0 Normal/images/1.png -\nchest 1 COVID/images/2.png -\n");
  }

  @Test
  void metaJsonMayStorePathsWithTheRootInFrontAndTestInUpperCase() throws IOException {
    file("set/a/1.png", "set/a/2.png", "set/m/2.png");
    Files.writeString(
        dir.resolve("set/meta.json"),
        """
        {"train":{},"Test":{"x":[
          {"img_path":"a/1.png","mask_path":"","cls_name":"x","specie_name":"good","anomaly":0},
          {"img_path":"/data/somewhere/set/a/2.png","mask_path":"set/m/2.png","cls_name":"x",
           "specie_name":"cut","anomaly":1}]}}
        """);
    AnnotatedSet set = AnnotatedSet.read(Optional.empty(), dir.resolve("set"));
    assertThat(text(set)).isEqualTo("x 0 set/a/1.png -\nx 1 set/a/2.png set/m/2.png\n");
  }

  @Test
  void manifestsNameImagesAsTheyLike() throws IOException {
    Files.writeString(
        dir.resolve("parts.csv"),
        """
        image,label,mask,class,split
        a.png,0,,nut,test
        "b, c.png",anomaly,b_mask.png,nut,test
        d.png,1,,nut,train
        e.png,1,,,test
        """);
    AnnotatedSet set = AnnotatedSet.read(Optional.empty(), dir.resolve("parts.csv"));
    assertThat(text(set)).isEqualTo("nut 0 a.png -\nnut 1 b, c.png b_mask.png\nparts 1 e.png -\n");
    Files.writeString(dir.resolve("parts.csv"), "image,label\na.png,maybe\n");
    assertThatThrownBy(() -> AnnotatedSet.read(Optional.empty(), dir.resolve("parts.csv")))
        .hasMessageContaining("line 2")
        .hasMessageContaining("maybe");
  }

  @Test
  void whatIsNotThereIsSaidWithItsSourceOrLayout() throws IOException {
    assertThatThrownBy(() -> AnnotatedSet.read(Optional.of("visa"), dir.resolve("nowhere")))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("spot-diff");
    file("x.txt");
    assertThatThrownBy(() -> read("mpdd")).hasMessageContaining("CLASS/test/good");
    assertThatThrownBy(() -> read("imagenet")).hasMessageContaining("mvtec, visa");
  }

  @Test
  void aFolderOfDownloadsNeverGivesOneSetForAnother() throws IOException {
    file(
        "polyps/CVC-ClinicDB/images/1.png",
        "polyps/CVC-ClinicDB/masks/1.png",
        "polyps/CVC-ColonDB/images/2.png",
        "polyps/CVC-ColonDB/masks/2.png",
        "downloads/btad/01/test/ok/1.png",
        "downloads/btad/01/test/ko/2.png",
        "downloads/mvtec_ad/grid/test/good/1.png",
        "downloads/mvtec_ad/grid/test/bent/2.png");
    Path polyps = dir.resolve("polyps");
    assertThat(AnnotatedSet.read(Optional.of("colondb"), polyps).root())
        .isEqualTo(polyps.resolve("CVC-ColonDB"));
    assertThatThrownBy(() -> AnnotatedSet.read(Optional.of("kvasir"), polyps))
        .hasMessageContaining("which of these is kvasir")
        .hasMessageContaining("CVC-ClinicDB");
    Path downloads = dir.resolve("downloads");
    assertThat(AnnotatedSet.read(Optional.of("mvtec"), downloads).root())
        .isEqualTo(downloads.resolve("mvtec_ad"));
    assertThatThrownBy(() -> AnnotatedSet.read(Optional.of("mpdd"), downloads))
        .hasMessageContaining("which of these is mpdd");
    assertThatThrownBy(() -> AnnotatedSet.read(Optional.empty(), downloads))
        .hasMessageContaining("which of these");
  }

  @Test
  void digestsDoNotDependOnHowThePathIsWritten() throws IOException {
    Files.writeString(dir.resolve("p.csv"), "image,label\na.png,0\nb.png,1\n");
    Path relative = Path.of("").toAbsolutePath().relativize(dir.resolve("p.csv"));
    AnnotatedSet a = AnnotatedSet.read(Optional.empty(), relative);
    AnnotatedSet b = AnnotatedSet.read(Optional.empty(), dir.resolve("p.csv"));
    List<String> digests = List.of("x", "y");
    assertThat(DataDigest.of(a.root(), a.samples(), digests))
        .isEqualTo(DataDigest.of(b.root(), b.samples(), digests));
  }

  @Test
  void theRegistryIsTheSeventeen() {
    assertThat(KnownDatasets.all()).hasSize(17);
    assertThat(KnownDatasets.named("MVTecAD").publishedTotal())
        .isEqualTo(new KnownDataset.Count(467, 1258));
    assertThat(KnownDatasets.named("visa").publishedTotal())
        .isEqualTo(new KnownDataset.Count(962, 1200));
    assertThat(KnownDatasets.named("mpdd").publishedTotal())
        .isEqualTo(new KnownDataset.Count(176, 282));
    assertThat(KnownDatasets.named("btad").publishedTotal())
        .isEqualTo(new KnownDataset.Count(451, 290));
  }

  @Test
  void realPhotographsAreReadInTheirOwnLayouts() {
    Path real = Golden.shared("data/real");
    assertThat(AnnotatedSet.read(Optional.of("mvtec"), real.resolve("mvtec")).counts().get("grid"))
        .isEqualTo(new KnownDataset.Count(3, 11));
    AnnotatedSet grid = AnnotatedSet.read(Optional.of("mvtec"), real.resolve("mvtec"));
    assertThat(grid.samples().stream().filter(Sample::anomalous))
        .allMatch(s -> s.mask().isPresent());
    assertThat(
            AnnotatedSet.read(Optional.of("headct"), real.resolve("HeadCT")).counts().get("brain"))
        .isEqualTo(new KnownDataset.Count(100, 100));
    assertThat(
            AnnotatedSet.read(Optional.of("brainmri"), real.resolve("BrainMRI"))
                .counts()
                .get("brain"))
        .isEqualTo(new KnownDataset.Count(98, 155));
    AnnotatedSet polyps = AnnotatedSet.read(Optional.of("kvasir"), real.resolve("Kvasir-SEG"));
    assertThat(polyps.samples()).hasSize(5).allMatch(s -> s.mask().isPresent());
  }
}
