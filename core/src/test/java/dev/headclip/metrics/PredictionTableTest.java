package dev.headclip.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapWriter;
import dev.headclip.map.AnomalyMap;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictionTableTest {
  @TempDir private Path dir;

  @Test
  void goldenMapsAsFilesGiveGoldenFigures() throws IOException {
    Map<String, HostTensor> t = Golden.tensors("metrics.safetensors");
    StringBuilder csv = new StringBuilder("class,label,score,map,mask\n");
    for (String name : new String[] {"pixel0", "pixel1", "pixel2"}) {
      HostTensor maps = t.get(name + ".maps");
      int size = maps.size(1);
      for (int i = 0; i < maps.size(0); i++) {
        String file = name + "-" + i;
        float[] values = part(maps, i);
        try (OutputStream out = Files.newOutputStream(dir.resolve(file + ".npy"))) {
          MapWriter.npy(new AnomalyMap(size, size, values), out);
        }
        byte[] mask = new byte[values.length];
        float[] truth = part(t.get(name + ".masks"), i);
        boolean any = false;
        for (int k = 0; k < mask.length; k++) {
          mask[k] = (byte) (truth[k] != 0 ? 255 : 0);
          any |= truth[k] != 0;
        }
        try (OutputStream out = Files.newOutputStream(dir.resolve(file + ".png"))) {
          ImageWriter.grayPng(mask, size, size, out);
        }
        csv.append(
            "%s,%d,,%s.npy,%s%n".formatted(name, any ? 1 : 0, file, any ? file + ".png" : ""));
      }
    }
    Path manifest = Files.writeString(dir.resolve("m.csv"), csv.toString());
    MetricsReport r =
        PredictionTable.read(manifest).report("golden", "any", Protocol.EXACT, () -> {});
    for (JsonNode n : new ObjectMapper().readTree(Golden.file("metrics.json").toFile())) {
      String name = n.path("name").asText();
      if (name.startsWith("pixel")) {
        for (Figure f : Level.PIXEL.figures()) {
          assertThat(r.json().path("classes").path(name).path("pixel").path(f.key()).asDouble())
              .as(name + " " + f)
              .isCloseTo(n.path(f.key()).asDouble(), within(1e-6));
        }
      }
    }
    assertThat(r.json().path("mean").path("image").isEmpty()).isTrue();
  }

  private static float[] part(HostTensor t, int i) {
    int n = t.size(1) * t.size(2);
    return Arrays.copyOfRange(t.data(), i * n, (i + 1) * n);
  }

  @Test
  void whatIsMissingOrNotANumberIsNoted() throws IOException {
    try (OutputStream out = Files.newOutputStream(dir.resolve("nan.npy"))) {
      MapWriter.npy(new AnomalyMap(1, 2, new float[] {1, Float.NaN}), out);
    }
    Path manifest =
        Files.writeString(
            dir.resolve("m.csv"),
            "class,label,score,map,mask\na,0,0.1,nan.npy,\na,1,nan,,\na,1,0.5,nan.npy,\nb,1,0.2,,\n");
    MetricsReport r = PredictionTable.read(manifest).report("x", "any", Protocol.EXACT, () -> {});
    assertThat(r.classes().get("a").notes().toString())
        .contains("not a number", "hold NaN", "no mask");
    assertThat(r.classes().get("a").image().get(Figure.AUROC)).hasValue(1);
    assertThat(r.classes().get("b").notes().toString()).contains("all images are anomalous");
    assertThat(r.mean(Level.IMAGE).get(Figure.AUROC)).hasValue(1);
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    Files.write(dir.resolve("x.npy"), new byte[] {1, 2, 3});
    Path manifest = Files.writeString(dir.resolve("m.csv"), "label,map,score\n0,x.npy,high\n");
    PredictionTable t = PredictionTable.read(manifest);
    assertThatThrownBy(() -> t.report("x", "y", Protocol.EXACT, () -> {}))
        .hasMessageContaining("line 2")
        .hasMessageContaining("high");
    Files.writeString(manifest, "label,map\n0,x.npy\n");
    assertThatThrownBy(
            () -> PredictionTable.read(manifest).report("x", "y", Protocol.EXACT, () -> {}))
        .hasMessageContaining("x.npy");
  }

  /** npy of float64, big-endian, column by column. */
  private static byte[] npy(int size, double[] values) {
    String header =
        "{'descr': '>f8', 'fortran_order': True, 'shape': (%d, %d), }".formatted(size, size);
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer b = ByteBuffer.allocate(10 + text.length + 8 * values.length);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    b.put((byte) text.length).put((byte) (text.length >> 8)).put(text);
    for (int i = 0; i < values.length; i++) {
      b.putDouble(values[i % size * size + i / size]);
    }
    return b.array();
  }

  @ParameterizedTest
  @CsvSource({"1e-300, 0", "1e-7, 1"})
  void mapsThatFloatsWouldTieAreRankedAsGiven(double scale, double shift) throws IOException {
    Map<String, HostTensor> t = Golden.tensors("metrics.safetensors");
    HostTensor maps = t.get("pixel0.maps");
    int size = maps.size(1);
    StringBuilder csv = new StringBuilder("class,label,map,mask\n");
    for (int i = 0; i < maps.size(0); i++) {
      float[] values = part(maps, i);
      double[] doubles = new double[values.length];
      for (int k = 0; k < values.length; k++) {
        doubles[k] = shift + scale * values[k];
      }
      Files.write(dir.resolve(i + ".npy"), npy(size, doubles));
      float[] truth = part(t.get("pixel0.masks"), i);
      byte[] mask = new byte[values.length];
      for (int k = 0; k < mask.length; k++) {
        mask[k] = (byte) (truth[k] != 0 ? 255 : 0);
      }
      try (OutputStream out = Files.newOutputStream(dir.resolve(i + ".png"))) {
        ImageWriter.grayPng(mask, size, size, out);
      }
      csv.append("p,1,%d.npy,%d.png%n".formatted(i, i));
    }
    Path manifest = Files.writeString(dir.resolve("m.csv"), csv.toString());
    for (Protocol protocol : Protocol.values()) {
      MetricsReport plain =
          PredictionTable.read(floats(maps, t.get("pixel0.masks"), size))
              .report("g", "any", protocol, () -> {});
      MetricsReport r = PredictionTable.read(manifest).report("golden", "any", protocol, () -> {});
      for (Figure f : Level.PIXEL.figures()) {
        assertThat(r.json().at("/classes/p/pixel/" + f.key()).asDouble())
            .as("%s, %s", protocol, f)
            .isCloseTo(
                plain.json().at("/classes/p/pixel/" + f.key()).asDouble(),
                within(protocol == Protocol.EXACT ? 1e-6 : 2e-3));
      }
    }
  }

  /** The same maps as floats. */
  private Path floats(HostTensor maps, HostTensor masks, int size) throws IOException {
    StringBuilder csv = new StringBuilder("class,label,map,mask\n");
    for (int i = 0; i < maps.size(0); i++) {
      try (OutputStream out = Files.newOutputStream(dir.resolve("f" + i + ".npy"))) {
        MapWriter.npy(new AnomalyMap(size, size, part(maps, i)), out);
      }
      csv.append("p,1,f%d.npy,%d.png%n".formatted(i, i));
    }
    return Files.writeString(dir.resolve("f.csv"), csv.toString());
  }
}
