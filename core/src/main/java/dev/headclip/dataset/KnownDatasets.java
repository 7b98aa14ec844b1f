package dev.headclip.dataset;

import dev.headclip.dataset.KnownDataset.Count;
import dev.headclip.dataset.KnownDataset.Domain;
import dev.headclip.settings.SettingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The paper's 17 data sets. */
public final class KnownDatasets {
  private static final Layout MVTEC = new MvtecLayout();
  private static final Layout META = new MetaJsonLayout();
  private static final String ASK = "see its page";
  private static final String POLYPS =
      "figshare, \"Polyp_DataSet\" (linked from AnomalyCLIP's README)";

  private static final List<KnownDataset> ALL =
      List.of(
          new KnownDataset(
              "mvtec",
              "MVTecAD",
              Domain.INDUSTRIAL,
              counts(
                  "bottle 20 63, cable 58 92, capsule 23 109, carpet 28 89, grid 21 57, hazelnut 40 70, "
                      + "leather 32 92, metal_nut 22 93, pill 26 141, screw 41 119, tile 33 84, "
                      + "toothbrush 12 30, transistor 60 40, wood 19 60, zipper 32 119"),
              List.of(MVTEC, META),
              "https://www.mvtec.com/company/research/datasets/mvtec-ad",
              "CC BY-NC-SA 4.0",
              ""),
          new KnownDataset(
              "visa",
              "VisA",
              Domain.INDUSTRIAL,
              counts(
                  "candle 100 100, capsules 60 100, cashew 50 100, chewinggum 50 100, fryum 50 100, "
                      + "macaroni1 100 100, macaroni2 100 100, pcb1 100 100, pcb2 100 100, "
                      + "pcb3 101 100, pcb4 101 100, pipe_fryum 50 100"),
              List.of(new VisaLayout(), MVTEC, META),
              "https://github.com/amazon-science/spot-diff",
              "CC BY 4.0",
              "masks hold class numbers: every value above 0 is a defect"),
          new KnownDataset(
              "mpdd",
              "MPDD",
              Domain.INDUSTRIAL,
              counts(
                  "bracket_black 32 47, bracket_brown 26 51, bracket_white 30 30, connector 30 14, "
                      + "metal_plate 26 71, tubes 32 69"),
              List.of(MVTEC, META),
              "https://github.com/stepanje/MPDD",
              ASK,
              ""),
          new KnownDataset(
              "btad",
              "BTAD",
              Domain.INDUSTRIAL,
              counts("01 21 49, 02 30 200, 03 400 41"),
              List.of(MVTEC, META),
              "https://github.com/pankajmishra000/VT-ADL",
              ASK,
              "the normal folder is called ok; masks may be .bmp beside .png images"),
          new KnownDataset(
              "sdd",
              "SDD",
              Domain.INDUSTRIAL,
              counts("electrical commutators 181 74"),
              List.of(MVTEC, new KolektorLayout(), META),
              "https://www.vicos.si/resources/kolektorsdd",
              "CC BY-NC-SA 4.0",
              "three preparations: AnomalyCLIP's own (181/74, linked from its README), AdaCLIP's thirds"
                  + " ('datasets prepare sdd', 286/54), the raw images (347/52); figures do not compare"),
          new KnownDataset(
              "dagm",
              "DAGM",
              Domain.INDUSTRIAL,
              counts(
                  "Class1 0 0, Class2 0 0, Class3 0 0, Class4 0 0, Class5 0 0, Class6 0 0, "
                      + "Class7 0 0, Class8 0 0, Class9 0 0, Class10 0 0"),
              List.of(new DagmLayout(), MVTEC, META),
              "https://conferences.mpi-inf.mpg.de/dagm/2007/prizes.html, also on Kaggle",
              ASK,
              "6996 normal and 1054 anomalous in all; labels are coarse ellipses"),
          new KnownDataset(
              "dtd",
              "DTD-Synthetic",
              Domain.INDUSTRIAL,
              counts(
                  "Blotchy_099 0 0, Fibrous_183 0 0, Marbled_078 0 0, Matted_069 0 0, Mesh_114 0 0, "
                      + "Perforated_037 0 0, Stratified_154 0 0, Woven_001 0 0, Woven_068 0 0, "
                      + "Woven_104 0 0, Woven_125 0 0, Woven_127 0 0"),
              List.of(MVTEC, META),
              "linked from AnomalyCLIP's README (Aota et al., WACV 2023)",
              ASK,
              "357 normal and 947 anomalous in all"),
          medical(
              "isic",
              "ISIC",
              "skin 0 379",
              List.of(
                  new PairedLayout(
                      "skin",
                      List.of("skin/test", "test", "ISBI2016_ISIC_Part1_Test_Data", "images"),
                      List.of(
                          "skin/ISBI2016_ISIC_Part1_Test_GroundTruth",
                          "ISBI2016_ISIC_Part1_Test_GroundTruth",
                          "masks")),
                  MVTEC,
                  META),
              "https://challenge.isic-archive.com/data/#2016 (Part 1 test)",
              "CC0"),
          medical("colondb", "CVC-ColonDB", "colon 0 380", polyps(), POLYPS, ASK),
          medical("clinicdb", "CVC-ClinicDB", "colon 0 612", polyps(), POLYPS, ASK),
          medical(
              "kvasir",
              "Kvasir",
              "colon 0 1000",
              polyps(),
              "https://datasets.simula.no/kvasir-seg",
              "research and education only"),
          medical(
              "endo",
              "Endo",
              "colon 0 200",
              List.of(
                  new PairedLayout("colon", List.of("images", "*"), List.of("masks")), MVTEC, META),
              "https://endotect.com (segmentation test part)",
              ASK),
          medical(
              "tn3k",
              "TN3K",
              "thyroid 0 614",
              List.of(
                  new PairedLayout(
                      "thyroid", List.of("test-image", "images"), List.of("test-mask", "masks")),
                  MVTEC,
                  META),
              "https://github.com/haifangong/TRFE-Net-for-thyroid-nodule-segmentation",
              ASK),
          medical(
              "headct",
              "HeadCT",
              "brain 100 100",
              List.of(new HeadCtLayout(), MVTEC, META),
              "https://www.kaggle.com/datasets/felipekitamura/head-ct-hemorrhage",
              ASK),
          medical(
              "brainmri",
              "BrainMRI",
              "brain 98 155",
              List.of(labelled("brain", "no", "yes"), MVTEC, META),
              "https://www.kaggle.com/datasets/navoneel/brain-mri-images-for-brain-tumor-detection",
              ASK),
          medical(
              "br35h",
              "Br35H",
              "brain 1500 1500",
              List.of(labelled("brain", "no", "yes"), MVTEC, META),
              "https://www.kaggle.com/datasets/ahmedhamada0/brain-tumor-detection",
              ASK),
          new KnownDataset(
              "covid19",
              "COVID-19",
              Domain.MEDICAL,
              counts("chest 1341 219"),
              List.of(labelled("chest", "normal", "covid.*"), MVTEC, META),
              "https://www.kaggle.com/datasets/tawsifurrahman/covid19-radiography-database",
              ASK,
              "the paper used the first release (1341/219); the present one is larger"));

  private KnownDatasets() {}

  private static KnownDataset medical(
      String name,
      String paperName,
      String counts,
      List<Layout> layouts,
      String source,
      String licence) {
    return new KnownDataset(
        name, paperName, Domain.MEDICAL, counts(counts), layouts, source, licence, "");
  }

  private static List<Layout> polyps() {
    return List.of(new PairedLayout("colon", List.of("images"), List.of("masks")), MVTEC, META);
  }

  private static Layout labelled(String category, String normal, String anomalous) {
    return new LabelFoldersLayout(
        category,
        Pattern.compile(normal, Pattern.CASE_INSENSITIVE),
        Pattern.compile(anomalous, Pattern.CASE_INSENSITIVE));
  }

  /** "class normal anomalous, ..."; 0 0 where only the sum over classes is known. */
  private static Map<String, Count> counts(String text) {
    Map<String, Count> all = new LinkedHashMap<>();
    for (String c : text.split(", ")) {
      int second = c.lastIndexOf(' ');
      int first = c.lastIndexOf(' ', second - 1);
      all.put(
          c.substring(0, first),
          new Count(
              Integer.parseInt(c.substring(first + 1, second)),
              Integer.parseInt(c.substring(second + 1))));
    }
    return all;
  }

  /** All of them, in the paper's order. */
  public static List<KnownDataset> all() {
    return ALL;
  }

  /** The one called {@code name}; the paper's name will do too. */
  public static KnownDataset named(String name) {
    String wanted = KnownDataset.plain(name);
    return ALL.stream()
        .filter(d -> d.name().equals(wanted) || KnownDataset.plain(d.paperName()).equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new SettingException(
                    "dataset",
                    name,
                    "one of %s; or none, for a folder in MVTec layout, with a meta.json, or a .csv manifest"
                        .formatted(
                            String.join(", ", ALL.stream().map(KnownDataset::name).toList()))));
  }
}
