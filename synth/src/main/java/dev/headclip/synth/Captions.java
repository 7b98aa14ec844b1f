package dev.headclip.synth;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Sentences that are true of an example, in the words that CLIP's prompts use. */
public final class Captions {
  private static final List<String> NORMAL =
      List.of("", "flawless ", "perfect ", "unblemished ", "normal ", "intact ");
  private static final List<String> ABNORMAL =
      List.of("damaged ", "broken ", "defective ", "imperfect ", "abnormal ", "blemished ");
  private static final List<String> WITHOUT =
      List.of("without flaw", "without defect", "without damage");
  private static final List<String> WITH = List.of("with flaw", "with defect", "with damage");
  private static final List<String> FRAMES =
      List.of(
          "%s.",
          "a photo of a %s.",
          "a close-up photo of the %s.",
          "a cropped photo of a %s.",
          "a bright photo of the %s.",
          "a dark photo of the %s.",
          "a blurry photo of a %s.",
          "a photo of the %s for visual inspection.",
          "a photo of a %s for anomaly detection.");

  private Captions() {}

  /** One caption of the example. */
  public static String of(Example e, RandomGenerator r) {
    String noun = r.nextFloat() < 0.4f ? "object" : e.noun();
    return sentence(e.anomalous(), noun, e.defect().map(DefectKind::noun).orElse(""), r);
  }

  /** A caption that says only whether something is wrong. */
  public static String state(boolean anomalous, RandomGenerator r) {
    return sentence(anomalous, "object", "", r);
  }

  private static String sentence(boolean anomalous, String noun, String defect, RandomGenerator r) {
    String body;
    if (anomalous) {
      body =
          switch (r.nextInt(defect.isEmpty() ? 2 : 3)) {
            case 0 -> pick(ABNORMAL, r) + noun;
            case 1 -> noun + " " + pick(WITH, r);
            default -> noun + " with a " + defect;
          };
    } else {
      body = r.nextBoolean() ? pick(NORMAL, r) + noun : noun + " " + pick(WITHOUT, r);
    }
    return pick(FRAMES, r).formatted(body);
  }

  private static String pick(List<String> from, RandomGenerator r) {
    return from.get(r.nextInt(from.size()));
  }

  /** Every word that a caption may have, for building a vocabulary; with repetitions. */
  public static List<String> corpus() {
    List<String> all = new ArrayList<>();
    for (List<String> l : List.of(NORMAL, ABNORMAL, WITHOUT, WITH)) {
      all.addAll(l);
    }
    FRAMES.forEach(f -> all.add(f.formatted("object")));
    for (TextureKind k : TextureKind.values()) {
      all.add(k.noun());
    }
    for (ObjectKind k : ObjectKind.values()) {
      all.add(k.noun());
    }
    for (AssemblyKind k : AssemblyKind.values()) {
      all.add(k.noun());
    }
    for (DefectKind k : DefectKind.values()) {
      all.add(k.noun());
    }
    all.add("X textured surface photo image of the a an industrial manufacturing good bad");
    all.add("jpeg corrupted small large low resolution metal nut plain skin brain colon");
    return all;
  }
}
