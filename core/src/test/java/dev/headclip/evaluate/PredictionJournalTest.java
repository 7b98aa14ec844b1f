package dev.headclip.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionJournalTest {
  private static final Map<String, Object> IDENTITY = Map.of("model", "m", "images", 3);

  @TempDir private Path dir;

  private static PredictionJournal.Prediction prediction(int i) {
    return new PredictionJournal.Prediction(i * .1f, new float[] {i, 2, 3, 4}, 10 + i, 20, 1.5f);
  }

  @Test
  void recordsSurviveAndACutOneIsDropped() throws IOException {
    Path file = dir.resolve("p.bin");
    try (PredictionJournal j = PredictionJournal.open(file, IDENTITY, 4)) {
      for (int i = 0; i < 3; i++) {
        j.add(i, prediction(i));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length = whole.length; length >= 0; length -= 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      int there;
      try (PredictionJournal j = PredictionJournal.open(file, IDENTITY, 4)) {
        there = j.predictions().size();
        for (int i = there; i < 3; i++) {
          j.add(i, prediction(i));
        }
      }
      assertThat(there).isEqualTo(Math.max(0, 3 - (whole.length - length + 39) / 40));
      assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }
    try (PredictionJournal j = PredictionJournal.open(file, IDENTITY, 4)) {
      assertThat(j.predictions().get(2).patches()).containsExactly(2, 2, 3, 4);
      assertThat(j.predictions().get(1).width()).isEqualTo(11);
    }
  }

  @Test
  void anotherEvaluationsJournalIsRefused() throws IOException {
    Path file = dir.resolve("p.bin");
    PredictionJournal.open(file, IDENTITY, 4).close();
    assertThatThrownBy(() -> PredictionJournal.open(file, Map.of("model", "other", "images", 3), 4))
        .hasMessageContaining("model was \"m\", is now \"other\"");
    Files.writeString(file, "something else that is long enough to hold a header");
    assertThatThrownBy(() -> PredictionJournal.open(file, IDENTITY, 4))
        .hasMessageContaining("not a journal");
  }
}
