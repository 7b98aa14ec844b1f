package dev.headclip.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
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

  private static Prediction prediction(int i) {
    Tensors<HostTensor> evidence =
        Tensors.of(
            "global_score",
            HostTensor.of(new float[] {i * .1f}, 1),
            "patches",
            HostTensor.of(new float[] {i, 2, 3, 4}, 1, 4));
    return new Prediction(evidence, 10 + i, 20, 1.5f);
  }

  @Test
  void recordsSurviveAndACutOneIsDropped() throws IOException {
    Path file = dir.resolve("p.bin");
    try (PredictionJournal j = PredictionJournal.open(file, IDENTITY)) {
      for (int i = 0; i < 3; i++) {
        j.add(i, prediction(i));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    int record = 4 + new JournalRecord(0, prediction(0)).encoded().length;
    for (int length = whole.length; length >= 0; length -= 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      int there;
      try (PredictionJournal j = PredictionJournal.open(file, IDENTITY)) {
        there = j.indices().size();
        for (int i = there; i < 3; i++) {
          j.add(i, prediction(i));
        }
      }
      assertThat(there).isEqualTo(Math.max(0, 3 - (whole.length - length + record - 1) / record));
      assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }
    try (PredictionJournal j = PredictionJournal.open(file, IDENTITY)) {
      assertThat(j.indices()).containsExactly(0, 1, 2);
      assertThat(j.get(2).evidence()).isEqualTo(prediction(2).evidence());
      assertThat(j.get(1).width()).isEqualTo(11);
      assertThat(j.get(1).ms()).isEqualTo(1.5f);
    }
  }

  @Test
  void aRecordWithAnyBitChangedIsDroppedWithWhatFollows() throws IOException {
    Path file = dir.resolve("p.bin");
    try (PredictionJournal j = PredictionJournal.open(file, IDENTITY)) {
      for (int i = 0; i < 3; i++) {
        j.add(i, prediction(i));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    int record = 4 + new JournalRecord(0, prediction(0)).encoded().length;
    int second = whole.length - 2 * record;
    for (int at = second; at < second + record; at += 3) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x40;
      Files.write(file, changed);
      try (PredictionJournal j = PredictionJournal.open(file, IDENTITY)) {
        assertThat(j.indices()).as("byte " + at).containsExactly(0);
      }
    }
  }

  @Test
  void anotherEvaluationsJournalIsRefused() throws IOException {
    Path file = dir.resolve("p.bin");
    PredictionJournal.open(file, IDENTITY).close();
    assertThatThrownBy(() -> PredictionJournal.open(file, Map.of("model", "other", "images", 3)))
        .hasMessageContaining("model was \"m\", is now \"other\"");
    Files.writeString(file, "something else that is long enough to hold a header");
    assertThatThrownBy(() -> PredictionJournal.open(file, IDENTITY))
        .hasMessageContaining("not a journal");
  }
}
