package dev.headclip.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ExactMap;
import dev.headclip.image.ImageFormat;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.MapReader;
import dev.headclip.image.RgbImage;
import dev.headclip.image.Tiling;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.JointScoring;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.ScoreSettings;
import dev.headclip.metrics.PredictionTable;
import dev.headclip.metrics.Protocol;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceFitter;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.TiffWriter;
import dev.headclip.testing.TinyModel;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.tokenizer.TokenizerJson;
import dev.headclip.weights.FileSet;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.TorchArchive;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzTest {
  private static final int MOST_PIXELS = 2_000_000;

  @TempDir private Path dir;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FuzzTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void images() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String name :
        List.of(
            "animated.gif",
            "bilevel.tiff",
            "cmyk.jpg",
            "ends-in-zeros.webp",
            "gray.jpg",
            "interlaced.gif",
            "lossless.webp",
            "lossy.webp",
            "photo-lossy.webp",
            "progressive.jpg",
            "reference.png",
            "restart.jpg",
            "rgb16.tiff",
            "rgb8.tiff")) {
      seeds.add(resource("/images/" + name));
    }
    seeds.add(resource("/fuzz/lost.webp"));
    ByteArrayOutputStream bmp = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(9, 7, BufferedImage.TYPE_3BYTE_BGR), "bmp", bmp);
    seeds.add(bmp.toByteArray());
    for (int bits : new int[] {3, 12}) {
      seeds.add(
          new TiffWriter(bits, 3, 2, bits == 3, ByteOrder.BIG_ENDIAN, 8, 1)
              .write(List.of(new TiffWriter.Page(5, 4, new int[60]))));
    }
    ImageLoader loader =
        ImageLoader.defaults().withMaxPixels(MOST_PIXELS).withMaxTime(Duration.ofSeconds(5));
    new Fuzzer("images", seeds, 3000)
        .run(
            file -> {
              RgbImage image = loader.decode(file);
              assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(MOST_PIXELS);
              assertThat(ImageFormat.of(file)).isPresent();
            });
  }

  private static void finite(String name, HostTensor t) {
    assertThat(t.data()).as(name).hasSize(Math.toIntExact(HostTensor.elements(t.shape())));
  }

  @Test
  void safetensors() throws IOException {
    Path model = TinyModel.write(dir.resolve("model"));
    byte[] adapter = Files.readAllBytes(model.resolve("adapter.safetensors"));
    new Fuzzer("safetensors", List.of(adapter), 3000)
        .run(
            file -> {
              try (SafetensorsFile f = SafetensorsFile.of("f", file)) {
                f.tensors().keySet().forEach(n -> finite(n, f.host(n)));
              }
            });
    ClipConfig config = TinyModel.config();
    new Fuzzer("adapter", List.of(adapter), 2000)
        .run(
            file -> {
              try (SafetensorsFile f = SafetensorsFile.of("f", file)) {
                Adapter a = AdapterFile.read("f", f, f.metadata(), config);
                a.method().check(config);
                assertThat(a.scores().threshold()).isBetween(0.0, 1.0);
              }
            });
  }

  @Test
  void references() throws IOException {
    Path to = dir.resolve("f.safetensors");
    List<byte[]> seeds = new ArrayList<>();
    for (String scorer : List.of("subspace", "knn")) {
      ReferenceSettings settings = ReferenceSettings.of(Map.of("scorer", scorer));
      TokenTaps taps = settings.taps(TinyModel.config());
      try (ReferenceFitter fitter =
          new ReferenceFitter(settings, taps, Tiling.none(), Compute.plain())) {
        for (int image = 0; image < 3; image++) {
          fitter.add("image " + image, "digest", evidence(taps, image), Optional.empty());
        }
        ReferenceScoring scoring =
            ReferenceScoring.of(
                new JointScoring(ScoreSettings.defaults(), 3, 12),
                settings,
                NormalEnds.unknown(),
                3,
                12);
        ReferenceFile.write(to, fitter.fit(scoring).model(), TextNode.valueOf("base"));
        seeds.add(Files.readAllBytes(to));
      }
    }
    new Fuzzer("references", seeds, 1500)
        .run(
            file -> {
              Files.write(to, file);
              ReferenceModel found = ReferenceFile.read(to).model();
              assertThat(found.references()).isPositive();
              assertThat(found.ends().score()).isPositive();
            });
  }

  private static Tensors<HostTensor> evidence(TokenTaps taps, int seed) {
    SplittableRandom r = new SplittableRandom(seed);
    Tensors<HostTensor> all =
        Tensors.of(
            RecordableScoring.GLOBAL,
            HostTensor.filled(0.5f, 1),
            JointScoring.PATCHES,
            HostTensor.filled(0.4f, 1, 9));
    for (int i = 0; i < taps.sets(); i++) {
      HostTensor t = HostTensor.zeros(1, 9, 6);
      for (int k = 0; k < t.data().length; k++) {
        t.data()[k] = (float) r.nextDouble();
      }
      all = all.with(TokenTaps.TOKENS + i, t);
    }
    return all;
  }

  @Test
  void torchArchives() throws IOException {
    Path to = dir.resolve("f.pt");
    byte[] seed = resource("/fuzz/small.pt");
    Files.write(to, seed);
    try (TorchArchive a = TorchArchive.open(to)) {
      assertThat(a.tensors()).hasSize(2);
    }
    new Fuzzer("torch-archive", List.of(seed), 3000)
        .run(
            file -> {
              Files.write(to, file);
              try (TorchArchive a = TorchArchive.open(to)) {
                a.tensors().keySet().forEach(n -> finite(n, a.host(n)));
              }
            });
  }

  @Test
  void configurations() throws IOException {
    Path clip = TinyModel.backbone(dir.resolve("clip"));
    for (String name : List.of("config.json", "preprocessor_config.json")) {
      Path to = clip.resolve(name);
      byte[] seed = Files.readAllBytes(to);
      new Fuzzer(name, List.of(seed), 1500)
          .run(
              file -> {
                Files.write(to, file);
                try (Backbone b = Backbone.open(clip)) {
                  for (float v : b.normalization().std()) {
                    assertThat(v).isGreaterThan(0).isFinite();
                  }
                }
              });
      Files.write(to, seed);
    }
  }

  @Test
  void tokenizers() {
    ClipConfig config = TinyModel.config();
    byte[] json = utf8(TokenizerJson.of(List.of("a b", "ab c</w>", "x y</w>")));
    new Fuzzer("tokenizer.json", List.of(json), 1500)
        .run(
            file -> {
              FileSet files = new FileSet.InMemory("f", Map.of("tokenizer.json", file));
              int[] ids = ClipTokenizer.of(files, config).encode("abc xy, \u00e9");
              for (int id : ids) {
                assertThat(id).isBetween(0, config.vocabulary() - 1);
              }
            });
    byte[] vocab = utf8("{\"a\":0,\"b\":1,\"a</w>\":2,\"<|startoftext|>\":3,\"<|endoftext|>\":4}");
    new Fuzzer("vocab.json", List.of(vocab), 1500)
        .run(
            file -> {
              FileSet files =
                  new FileSet.InMemory("f", Map.of("vocab.json", file, "merges.txt", utf8("a b")));
              ClipTokenizer.of(files, config).encode("ab");
            });
  }

  private AnnotatedSet set(Path root) {
    AnnotatedSet set = AnnotatedSet.read(Optional.empty(), root);
    for (Sample s : set.samples()) {
      assertThat(s.category()).isNotNull();
    }
    return set;
  }

  @Test
  void tables() throws IOException {
    Path manifest = dir.resolve("m.csv");
    byte[] seed =
        utf8("image,label,mask,class,split\na.png,0,,x,test\n\"b,c.png\",1,m.png,\"x\ny\",test\n");
    new Fuzzer("manifest", List.of(seed), 1500)
        .run(
            file -> {
              Files.write(manifest, file);
              set(manifest);
            });
    Path home = Files.createDirectory(dir.resolve("meta"));
    byte[] meta =
        utf8(
            "{\"test\":{\"x\":[{\"img_path\":\"a.png\",\"mask_path\":\"\",\"cls_name\":\"x\",\"specie_name\":\"\",\"anomaly\":0},{\"img_path\":\"b.png\",\"mask_path\":\"m.png\",\"anomaly\":1}]}}");
    new Fuzzer("meta.json", List.of(meta), 2000)
        .run(
            file -> {
              Files.write(home.resolve("meta.json"), file);
              set(home);
            });
    Path predictions = dir.resolve("p.csv");
    byte[] scores = utf8("label,score,class\n0,0.1,a\n1,0.7,a\n0,1e-60,b\n1,inf,b\n1.0,nan,b\n");
    new Fuzzer("predictions", List.of(scores), 1500)
        .run(
            file -> {
              Files.write(predictions, file);
              PredictionTable.read(predictions)
                  .report("d", "m", Protocol.EXACT, () -> {})
                  .classes()
                  .values()
                  .forEach(c -> c.image().values().values().forEach(FuzzTest::share));
            });
  }

  private static void share(double v) {
    assertThat(v).isBetween(0.0, 1.0 + 1e-9);
  }

  @Test
  void maps() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String type : List.of("<f4", ">f8", "|u1", "<i8", "|b1")) {
      byte[] head =
          utf8("{'descr': '%s', 'fortran_order': False, 'shape': (3, 4), }\n".formatted(type));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(
          new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) head.length, 0});
      out.writeBytes(head);
      out.writeBytes(new byte[12 * (type.charAt(2) - '0')]);
      seeds.add(out.toByteArray());
    }
    seeds.add(resource("/images/reference.png"));
    Path to = dir.resolve("map.npy");
    new Fuzzer("maps", seeds, 2000)
        .run(
            file -> {
              Files.write(to, file);
              ExactMap map = MapReader.exact(to);
              assertThat(map.values()).hasSize(map.width() * map.height());
              if (map.width() > 100_000_000) {
                throw new HeadClipException("too wide");
              }
            });
  }
}
