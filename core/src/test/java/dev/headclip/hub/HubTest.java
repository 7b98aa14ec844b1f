package dev.headclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
  private static final String REPOSITORY = "maker/tiny-clip";

  private final FakeHub server = new FakeHub();
  private final byte[] weights = bytes(300_000, 1);
  private final byte[] config = "{\"projection_dim\": 16}".getBytes(StandardCharsets.UTF_8);
  @TempDir private Path home;

  HubTest() {
    server.put(REPOSITORY, "config.json", config);
    server.put(REPOSITORY, "model.safetensors", weights);
    server.put(REPOSITORY, "pytorch_model.bin", bytes(100, 2));
    server.put(REPOSITORY, "README.md", bytes(100, 3));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static byte[] bytes(int n, int seed) {
    byte[] b = new byte[n];
    new Random(seed).nextBytes(b);
    return b;
  }

  private Hub hub(String... environment) {
    return Hub.of(server.settings(home, environment), n -> {});
  }

  private static Path fetched(Hub hub, String name) {
    return hub.plan(hub.entry(name)).run(FetchProgress.NONE);
  }

  private static void refused(Hub hub, String name, String message) {
    assertThatThrownBy(() -> fetched(hub, name))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(message);
  }

  private List<Path> all(String ending) throws IOException {
    try (Stream<Path> s = Files.walk(home)) {
      return s.filter(p -> p.toString().endsWith(ending)).toList();
    }
  }

  @Test
  void aRepositoryIsFetchedOnceAndFoundWithoutANetwork() throws IOException {
    Hub hub = hub();
    CatalogueEntry e = hub.entry(REPOSITORY);
    assertThat(hub.here(e)).isEmpty();
    Fetch plan = hub.plan(e);
    assertThat(plan.bytes()).isEqualTo(weights.length + config.length);
    assertThat(plan.text()).contains("300 kB from 127.0.0.1");
    Path folder = plan.run(FetchProgress.NONE);
    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(folder.resolve("config.json")).hasBinaryContent(config);
    assertThat(folder.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(folder.resolve("README.md")).doesNotExist();
    Hub offline = hub("HF_HUB_OFFLINE", "1");
    assertThat(offline.here(e)).contains(folder);
    refused(offline, "maker/other", "nothing is fetched offline");
    assertThat(hub.plan(e).bytes()).isZero();
    assertThat(hub.damaged(e)).isEmpty();
  }

  @Test
  void theTokenIsForTheHubAlone() {
    fetched(hub("HF_TOKEN", "hf_secret"), REPOSITORY);
    List<String> ofHub = server.requests().stream().filter(r -> r.contains(REPOSITORY)).toList();
    assertThat(ofHub).isNotEmpty().allMatch(r -> r.contains("Bearer hf_secret"));
    assertThat(server.requests().stream().filter(r -> !r.contains(REPOSITORY)))
        .isNotEmpty()
        .noneMatch(r -> r.contains("secret"));
    assertThat(hub("HF_TOKEN", "hf_secret").settings().toString()).doesNotContain("secret");
  }

  @Test
  void aLostConnectionGoesOnWhereItStopped() {
    server.cut(70_000, 4);
    Path folder = fetched(hub(), REPOSITORY);
    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.requests()).anyMatch(r -> r.matches(".*bytes=[1-9]\\d{4,5}-"));
  }

  @Test
  void aStoppedRunIsGoneOnWithByTheNext() throws IOException {
    // of the larger file alone
    server.cut(0, 100);
    refused(hub(), REPOSITORY, "the same command goes on where it stopped");
    server.cut(100_000, 1);
    Path partial =
        home.resolve("headclip/hub/models--maker--tiny-clip/blobs")
            .resolve(FakeHub.digest("SHA-256", "", weights) + HubCache.PARTIAL);
    Files.write(partial, java.util.Arrays.copyOf(weights, 50_000));
    Hub hub = hub();
    assertThat(hub.plan(hub.entry(REPOSITORY)).text()).contains("250 kB").contains("are here");
    assertThat(fetched(hub, REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    // how much of a connection that is cut arrives depends on the system's buffers
    assertThat(server.requests()).anyMatch(r -> r.endsWith("bytes=50000-"));
    assertThat(all(HubCache.PARTIAL)).isEmpty();
    // also what the stopped run had brought
    Receipt whole = hub.receipt(hub.entry(REPOSITORY)).orElseThrow();
    assertThat(whole.files()).hasSize(2).allMatch(Receipt.File::ours);
  }

  @Test
  void anotherFilesBeginningIsNoHarm() throws IOException {
    Path partial =
        home.resolve("headclip/hub/models--maker--tiny-clip/blobs")
            .resolve(FakeHub.digest("SHA-256", "", weights) + HubCache.PARTIAL);
    Files.createDirectories(partial.getParent());
    Files.write(partial, bytes(1000, 9));
    assertThat(fetched(hub(), REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void serversWithoutPartsAndBusyOnesAreAskedAgain() {
    server.noRanges();
    server.cut(70_000, 1);
    server.busy(2);
    assertThat(fetched(hub(), REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aWrongDigestIsRefusedAndNothingKept() throws IOException {
    server.put("/wrong", bytes(weights.length, 7));
    server.moved(server.storeAddress() + "/wrong");
    refused(hub(), REPOSITORY, "expected");
    assertThat(all("model.safetensors")).isEmpty();
    assertThat(all(HubCache.PARTIAL)).isEmpty();
  }

  @Test
  void whatWasFetchedOnceStaysWhatItIs() throws IOException {
    URI address = server.put("/files/prompts.pth", bytes(5000, 4));
    Path file = fetched(hub(), address.toString()).resolve("prompts.pth");
    Hub hub = hub();
    CatalogueEntry e = hub.entry(address.toString());
    assertThat(hub.here(e)).isPresent();
    Files.delete(file);
    assertThat(hub.here(e)).isEmpty();
    server.put("/files/prompts.pth", bytes(5000, 5));
    refused(hub, address.toString(), "as when it was fetched first");
    assertThat(file).doesNotExist();
    assertThat(hub.remove(hub.receipt(e).orElseThrow())).isZero();
    assertThat(fetched(hub, address.toString()).resolve("prompts.pth"))
        .hasBinaryContent(bytes(5000, 5));
  }

  @Test
  void damageOnThisMachineIsSeen() throws IOException {
    Hub hub = hub();
    CatalogueEntry e = hub.entry(REPOSITORY);
    Path file = fetched(hub, REPOSITORY).resolve("model.safetensors").toRealPath();
    byte[] changed = weights.clone();
    changed[1000]++;
    Files.write(file, changed);
    assertThat(hub.damaged(e)).containsExactly("model.safetensors");
    refused(hub, REPOSITORY, "damaged on this machine");
    hub.remove(hub.receipt(e).orElseThrow());
    assertThat(fetched(hub, REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aChangedFileIsNotPiecedTogether() throws IOException {
    URI address = server.put("/f.pth", bytes(200_000, 4));
    server.cut(60_000, 1);
    // the first try is cut; before the second the file is another
    Hub hub = hub();
    server.put("/f.pth", bytes(200_000, 4));
    Path dir = home.resolve("headclip/files");
    assertThat(fetched(hub, address.toString()).resolve("f.pth"))
        .hasBinaryContent(bytes(200_000, 4));
    assertThat(dir).isDirectory();
    CatalogueEntry e = hub.entry(address.toString());
    hub.remove(hub.receipt(e).orElseThrow());
    Path partial = hub.plan(e).run(FetchProgress.NONE).resolve("f.pth" + HubCache.PARTIAL);
    hub.remove(hub.receipt(e).orElseThrow());
    Files.createDirectories(partial.getParent());
    Files.write(partial, bytes(1000, 8));
    Files.writeString(
        partial.resolveSibling("f.pth" + HubCache.PARTIAL + ".tag"), "\"of-another\"");
    assertThat(fetched(hub, address.toString()).resolve("f.pth"))
        .hasBinaryContent(bytes(200_000, 4));
  }

  @Test
  void theCacheOfHuggingFaceIsShared() throws IOException {
    Path theirs = home.resolve("huggingface/hub/models--maker--tiny-clip");
    Path snapshot = Files.createDirectories(theirs.resolve("snapshots/" + "ab".repeat(20)));
    Files.createDirectories(theirs.resolve("refs"));
    Files.writeString(theirs.resolve("refs/main"), "ab".repeat(20));
    Files.write(snapshot.resolve("pytorch_model.bin"), weights);
    Hub hub = hub("HF_HUB_OFFLINE", "1");
    // weights alone are open_clip's, which knows sizes and pixels by name
    assertThat(hub.here(hub.entry(REPOSITORY))).isEmpty();
    Files.write(snapshot.resolve("config.json"), config);
    Files.write(snapshot.resolve("preprocessor_config.json"), config);
    assertThat(hub.here(hub.entry(REPOSITORY))).contains(snapshot);
    // and what is fetched lies where they look
    server.put("maker/second", "model.safetensors", weights);
    Path folder = fetched(hub(), "maker/second");
    assertThat(folder).startsWith(home.resolve("huggingface/hub/models--maker--second/snapshots"));
    assertThat(home.resolve("huggingface/hub/models--maker--second/refs/main")).exists();
  }

  @Test
  void onlyWhatWasFetchedIsRemoved() throws IOException {
    Path folder = fetched(hub(), REPOSITORY);
    Path own = folder.resolve("adapter-of-mine.safetensors");
    Files.write(own, config);
    Hub hub = hub();
    assertThat(hub.receipts()).hasSize(1);
    assertThat(hub.remove(hub.receipts().get(0))).isEqualTo(weights.length + config.length);
    assertThat(own).exists();
    assertThat(folder.resolve("model.safetensors")).doesNotExist();
    assertThat(hub.receipts()).isEmpty();
  }

  @Test
  void weightsInPiecesComeWhole() {
    server.put("maker/large", "config.json", config);
    server.put(
        "maker/large",
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8));
    server.put("maker/large", "model-1.safetensors", bytes(4000, 1));
    server.put("maker/large", "model-2.safetensors", bytes(5000, 2));
    Hub hub = hub();
    // the pieces are in what is said beforehand
    assertThat(hub.plan(hub.entry("maker/large")).bytes()).isGreaterThan(9000);
    Path folder = fetched(hub, "maker/large");
    assertThat(folder.resolve("model-1.safetensors")).hasBinaryContent(bytes(4000, 1));
    assertThat(folder.resolve("model-2.safetensors")).hasBinaryContent(bytes(5000, 2));
    server.put(
        "maker/evil",
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"../../../x.safetensors\"}}".getBytes(StandardCharsets.UTF_8));
    refused(hub(), "maker/evil", "inside the folder");
  }

  @Test
  void namesNeverLeaveTheirFolder() {
    for (String name :
        List.of("../a", "a/../b", "/a", "a//b", "c:x", "a\\b", "nul.bin", "a.", "", ".", "a/..")) {
      assertThatThrownBy(() -> SafeNames.check(name))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(SafeNames.check("weights/a-1_b.pth")).isEqualTo("weights/a-1_b.pth");
    for (String id : List.of("../x", "a/b/c", "a/..", "a b/c")) {
      assertThatThrownBy(() -> new Origin.Repository(Origin.Kind.MODEL, id, "main", HubNames.USUAL))
          .as(id)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void sizesAreBounded() throws IOException {
    URI address = server.put("/big.pth", bytes(50_000, 4));
    Path file = home.resolve("mine.json");
    Files.writeString(
        file,
        """
        {"mine": {"kind": "adapter", "bytes": 1000, "files": [{"address": "%s"}]}}
        """
            .formatted(address));
    Hub hub = hub("HEADCLIP_CATALOGUE", file.toString());
    refused(hub, "mine", "expected 2.0 kB at most");
    assertThat(all(HubCache.PARTIAL)).isEmpty();
  }

  @Test
  void aMirrorStandsInFrontOfEveryAddress() throws IOException {
    server.put("/mirror/example.org/a/b.pth", bytes(3000, 1));
    Path folder =
        fetched(
            hub("HEADCLIP_MIRROR", server.storeAddress() + "/mirror"),
            "https://example.org/a/b.pth");
    assertThat(folder.resolve("b.pth")).hasBinaryContent(bytes(3000, 1));
  }

  @Test
  void refusalsSayWhatToDo() {
    refused(
        hub(),
        "maker/absent",
        "has no repository \"maker/absent\" with revision main that everybody");
    refused(hub(), server.storeAddress() + "/absent.pth", "is not there (HTTP 404)");
    refused(hub(), "clip-vit-large-patch14-33", "did you mean clip-vit-large-patch14-336?");
    server.moved("file:///etc/passwd");
    refused(hub(), REPOSITORY, "expected an https address");
    refused(hub("HF_ENDPOINT", "http://127.0.0.1:1"), REPOSITORY, "no connection; tried 3 times");
    assertThatThrownBy(() -> hub("HF_ENDPOINT", "ftp://x"))
        .hasMessageContaining("HF_ENDPOINT is \"ftp://x\"");
  }

  @Test
  void aFileBehindARedirectionHasItsOwnSize() {
    // as a release's on GitHub: the redirection has a body of its own
    server.put("/real.pth", bytes(5000, 1));
    URI address = server.redirected("/release.pth", "/real.pth");
    assertThat(fetched(hub(), address.toString()).resolve("release.pth"))
        .hasBinaryContent(bytes(5000, 1));
  }

  @Test
  void anIndexThatNamesItselfOrTooMuchIsRefused() {
    server.put(
        "maker/loop",
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}"
            .getBytes(StandardCharsets.UTF_8));
    refused(hub(), "maker/loop", "expected at most 500 of weights");
  }

  @Test
  void aMirrorWithFilesAloneSuffices() {
    for (boolean saying : new boolean[] {true, false}) {
      server.withoutLists(saying);
      Hub hub = hub("HEADCLIP_CACHE", home.resolve("files-alone" + saying).toString());
      Path folder = fetched(hub, REPOSITORY);
      assertThat(folder.resolve("model.safetensors")).hasBinaryContent(weights);
      assertThat(folder.resolve("config.json")).hasBinaryContent(config);
      assertThat(folder.resolve("pytorch_model.bin")).doesNotExist();
      assertThat(hub.here(hub.entry(REPOSITORY))).contains(folder);
      assertThat(hub.plan(hub.entry(REPOSITORY)).isNeeded()).isFalse();
      refused(hub, "maker/absent", "has no repository \"maker/absent\"");
    }
  }

  @Test
  void aCommitIsTheOneThatWasAskedFor() {
    refused(hub(), REPOSITORY + "@" + "ab".repeat(20), "expected the one that was asked for");
  }

  @Test
  void aDamagedContentThatLiesThereIsNotTaken() throws IOException {
    Path blob =
        home.resolve("headclip/hub/models--maker--tiny-clip/blobs")
            .resolve(FakeHub.digest("SHA-256", "", weights));
    Files.createDirectories(blob.getParent());
    Files.write(blob, bytes(1000, 5));
    assertThat(fetched(hub(), REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aDigestThatIsGivenLaterIsDemanded() {
    URI address = server.put("/late.pth", bytes(5000, 4));
    Hub hub = hub();
    fetched(hub, address.toString());
    CatalogueEntry wrong = hub.entry(address.toString(), "0123456789");
    assertThat(hub.here(wrong)).isEmpty();
    assertThatThrownBy(() -> hub.plan(wrong).run(FetchProgress.NONE))
        .hasMessageContaining("expected SHA-256 0123456789");
    CatalogueEntry right =
        hub.entry(
            address.toString(), FakeHub.digest("SHA-256", "", bytes(5000, 4)).substring(0, 10));
    assertThat(hub.here(right)).isPresent();
  }

  @Test
  void twoEntriesOfOneRepositoryKnowTheirFiles() throws IOException {
    server.put("spaces/maker/demo", "weights/a.pth", bytes(4000, 1));
    server.put("spaces/maker/demo", "weights/b.pth", bytes(4000, 2));
    Path file = home.resolve("two.json");
    Files.writeString(
        file,
        """
        {"a": {"kind": "adapter", "space": "maker/demo", "files": ["weights/a.pth"]},
         "b": {"kind": "adapter", "space": "maker/demo", "files": ["weights/b.pth"]}}
        """);
    Hub hub = hub("HEADCLIP_CATALOGUE", file.toString());
    Path folder = fetched(hub, "a");
    fetched(hub, "b");
    assertThat(hub.files(hub.entry("a"))).containsExactly(folder.resolve("weights/a.pth"));
    assertThat(hub.files(hub.entry("b"))).containsExactly(folder.resolve("weights/b.pth"));
    // without the catalogue that named it, too
    Hub without = hub();
    assertThat(without.remove(without.receipts().get(0))).isEqualTo(4000);
    assertThat(folder.resolve("weights/b.pth")).exists();
  }

  @Test
  void onlyTheRepositorysOwnContentsGoWithALink() throws IOException {
    Path folder = fetched(hub(), REPOSITORY);
    Path mine = Files.write(home.resolve("mine.safetensors"), weights);
    Files.delete(folder.resolve("model.safetensors"));
    Files.createSymbolicLink(folder.resolve("model.safetensors"), mine);
    Hub hub = hub();
    hub.remove(hub.receipts().get(0));
    assertThat(mine).exists();
  }

  @Test
  void aMirrorIsNotGivenTheTokenUnasked() throws IOException {
    Files.createDirectories(home.resolve("huggingface"));
    Files.writeString(home.resolve("huggingface/token"), "hf_stored");
    HubSettings mirrored =
        HubSettings.of(
            Map.of(
                "XDG_CACHE_HOME", home.toString(), "HEADCLIP_MIRROR", "https://mirror.example/x"));
    assertThat(mirrored.endpoint().toString()).isEqualTo("https://mirror.example/x/huggingface.co");
    assertThat(mirrored.token()).isEmpty();
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", home.toString())).token())
        .contains("hf_stored");
  }

  @Test
  void aProxyThatCannotBeUsedIsNotGoneAround() {
    for (String bad :
        List.of("socks5://p:1", "https://p:1", "http://u:a#b@p:1", "http://p:99999")) {
      assertThatThrownBy(() -> hub("ALL_PROXY", bad))
          .as(bad)
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("expected http://host:port")
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("a#b"));
    }
  }

  @Test
  void proxiesAreThoseOfTheEnvironment() {
    Proxies p =
        new Proxies(
            Map.of("HTTPS_PROXY", "http://u:p%40x@proxy:3128", "no_proxy", "localhost,.intern"));
    assertThat(p.select(URI.create("https://huggingface.co/x")).get(0).toString())
        .contains("proxy")
        .contains("3128");
    assertThat(p.select(URI.create("https://a.intern/x"))).containsExactly(Proxy.NO_PROXY);
    assertThat(p.select(URI.create("https://localhost/x"))).containsExactly(Proxy.NO_PROXY);
  }

  @Test
  void aProxyThatAsksWhoYouAreIsTold() {
    server.put("/behind.pth", bytes(3000, 1));
    String proxy = server.storeAddress().replace("http://", "http://me:p%40ss@");
    Path folder =
        fetched(hub("http_proxy", proxy, "NO_PROXY", "127.0.0.1"), "http://example.org/behind.pth");
    assertThat(folder.resolve("behind.pth")).hasBinaryContent(bytes(3000, 1));
    // me:p@ss
    assertThat(server.requests()).allMatch(r -> r.contains("Basic bWU6cEBzcw=="));
  }

  @Test
  void theShippedCatalogueIsSound() {
    Catalogue c = Catalogue.shipped();
    assertThat(c.names()).contains("clip-vit-large-patch14-336", "anomalyclip", "adaclip");
    for (CatalogueEntry e : c.entries()) {
      assertThat(e.about()).as(e.name()).isNotBlank();
      assertThat(e.licence()).as(e.name()).isNotBlank();
      e.backbone().ifPresent(b -> assertThat(c.find(b)).as(b).isPresent());
      if (e.kind() == CatalogueEntry.Kind.ADAPTER) {
        assertThat(e.backbone()).as(e.name()).isPresent();
      }
    }
  }

  @Test
  void aCatalogueThatCannotBeReadIsOneLine() throws IOException {
    Path file = home.resolve("c.json");
    for (Map.Entry<String, String> bad :
        Map.of(
                "[]", "expected a JSON object",
                "{", "not JSON",
                "{\"a\": {\"kind\": \"x\"}}", "kind is \"x\"",
                "{\"a\": {\"kind\": \"adapter\", \"files\": []}}", "no files",
                "{\"a\": {\"kind\": \"adapter\", \"adress\": \"x\"}}", "no field adress")
            .entrySet()) {
      Files.writeString(file, bad.getKey());
      assertThatThrownBy(() -> Catalogue.shipped().with(file))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining(bad.getValue());
    }
  }
}
