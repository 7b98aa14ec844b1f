package example;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import java.nio.file.Path;

/** Prints a verdict for each picture that is named. */
public final class Inspect {
  private Inspect() {}

  public static void main(String[] args) {
    // opening takes longer than a picture: once, and for all threads
    try (Detector detector = Detector.load("starter")) {
      for (String picture : args) {
        try {
          Detection d = detector.detect(Path.of(picture));
          System.out.printf(
              "%-9s  %.3f  %s  %s%n",
              d.anomalous() ? "ANOMALOUS" : "normal", d.score(), picture, d.regions());
        } catch (HeadClipException e) {
          // one line: what was found, what was expected, what to do
          System.err.println(e.getMessage());
        }
      }
    }
  }
}
