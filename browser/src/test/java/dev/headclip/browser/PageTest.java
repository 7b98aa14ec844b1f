package dev.headclip.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.headclip.detect.Detector;
import dev.headclip.engine.Precision;
import dev.headclip.onnx.Dialect;
import dev.headclip.onnx.Exporter;
import dev.headclip.server.DetectionServer;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.watch.ResultFiles;
import dev.headclip.watch.WatchSettings;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The page as its users have it: in Chromium, with the starter. */
class PageTest {
  private static final String TOKEN = "a-token-for-the-tests";
  private static final int WAIT = 60_000;

  @TempDir private static Path dir;
  private static Playwright playwright;
  private static Browser browser;
  private static DetectionServer server;
  private static Path hot;

  private BrowserContext context;
  private Page page;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> chromium = Browsers.installed();
    if (chromium.isEmpty()) {
      System.err.println("no Chromium: the page is not tried; install it, or set CHROMIUM");
    }
    assumeTrue(chromium.isPresent(), "no Chromium");
    hot = Files.createDirectory(dir.resolve("hot"));
    server = server(ServerSettings.defaults().withPort(0).withModels(dir.resolve("models")));
    playwright = Browsers.playwright();
    browser = Browsers.launch(playwright, chromium.get());
  }

  private static DetectionServer server(ServerSettings settings) {
    ModelSource starter =
        new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty());
    return DetectionServer.builder(settings, List.of(starter))
        .onnx(
            (model, file) ->
                Exporter.export(
                    model,
                    new Exporter.Options(Dialect.FUSED, Precision.FP32, false),
                    file,
                    s -> {}))
        .watch(
            WatchSettings.of(hot, dir.resolve("out" + settings.token().isPresent()),
                WatchSettings.Sort.none),
            ResultFiles.none())
        .start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      playwright.close();
      server.close();
    }
  }

  @BeforeEach
  void open() {
    open(1440, 900, ColorScheme.LIGHT);
  }

  private void open(int width, int height, ColorScheme scheme) {
    if (context != null) {
      context.close();
    }
    context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE)
                .setAcceptDownloads(true));
    context.setDefaultTimeout(WAIT);
    page = context.newPage();
    page.onConsoleMessage(
        m -> {
          if (m.type().equals("error") || m.type().equals("warning")) {
            complaints.add(m.text());
          }
        });
    page.onPageError(complaints::add);
    page.onRequest(r -> requests.add(r.method() + " " + r.url()));
    page.navigate(server.address());
    page.waitForSelector(".drop");
  }

  @AfterEach
  void close(TestInfo test) {
    if (context != null) {
      context.close();
      assertThat(complaints).as(test.getDisplayName()).isEmpty();
      assertThat(requests)
          .as("nothing is asked of others")
          .allMatch(r -> r.contains(" " + server.address()) || r.contains(" blob:"));
    }
  }

  /** A drawn washer, scratched or not. */
  private static Path washer(String name, int seed, boolean scratched) throws IOException {
    Path file = dir.resolve(name);
    if (Files.exists(file)) {
      return file;
    }
    Random r = new Random(seed);
    BufferedImage i = new BufferedImage(160, 120, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 160 * 120; p++) {
      int v = 110 + r.nextInt(14);
      i.setRGB(p % 160, p / 160, v << 16 | v << 8 | v);
    }
    Graphics2D g = i.createGraphics();
    g.setColor(new Color(190, 180, 150));
    g.setStroke(new BasicStroke(20));
    g.drawOval(40 + r.nextInt(5), 30 + r.nextInt(5), 80, 60);
    if (scratched) {
      g.setColor(new Color(150, 20, 20));
      g.setStroke(new BasicStroke(5));
      g.drawLine(40, 30, 106, 60);
    }
    g.dispose();
    ImageIO.write(i, "png", file.toFile());
    return file;
  }

  private static Path[] washers() throws IOException {
    List<Path> all = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      all.add(washer("good-%d.png".formatted(i), i, false));
    }
    all.add(washer("scratched.png", 20, true));
    return all.toArray(Path[]::new);
  }

  private static Path[] samples() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("../samples"))) {
      return all.filter(p -> p.toString().endsWith(".jpg")).sorted().toArray(Path[]::new);
    }
  }

  /** Uploads and waits until all have their verdict. */
  private void inspect(Path... files) {
    page.setInputFiles("#files", files);
    judged(files.length);
  }

  private void judged(int images) {
    page.waitForFunction(
        "n => document.querySelectorAll('#inspect .badge.good, #inspect .badge.bad').length >= n"
            + " && !document.querySelector('[role=progressbar]')?.checkVisibility()",
        images);
  }

  private int verdicts(String which) {
    return page.locator("#inspect .card .badge." + which).count();
  }

  private static byte[] bytes(Download d) throws IOException {
    return Files.readAllBytes(d.path());
  }

  private Download download(String button) {
    return page.waitForDownload(
        () ->
            page.getByRole(
                    com.microsoft.playwright.options.AriaRole.BUTTON,
                    new Page.GetByRoleOptions().setName(button).setExact(true))
                .first()
                .click());
  }

  private void click(String button) {
    page.getByRole(
            com.microsoft.playwright.options.AriaRole.BUTTON,
            new Page.GetByRoleOptions().setName(button).setExact(true))
        .first()
        .click();
  }

  @Test
  void imagesAreJudgedAndTheThresholdMovesWithoutTheNetwork() throws IOException {
    Path[] samples = samples();
    inspect(samples);
    int bad = verdicts("bad");
    assertThat(bad + verdicts("good")).isEqualTo(samples.length);
    assertThat(page.locator("#inspect .counts .bad b").textContent()).isEqualTo(String.valueOf(bad));
    requests.clear();
    page.getByLabel("Threshold as a number").fill("0");
    assertThat(verdicts("bad")).isEqualTo(samples.length);
    page.getByLabel("Threshold as a number").fill("1");
    assertThat(verdicts("good")).isEqualTo(samples.length);
    // dragged on the histogram
    Locator plot = page.locator(".hist");
    plot.click(
        new Locator.ClickOptions()
            .setPosition(plot.boundingBox().width * 3 / 4, plot.boundingBox().height / 2));
    assertThat(Double.parseDouble(page.getByLabel("Threshold as a number").inputValue()))
        .isBetween(0.74, 0.76);
    click("Model’s own");
    assertThat(verdicts("bad")).isEqualTo(bad);
    assertThat(requests).noneMatch(r -> r.startsWith("POST"));
  }

  @Test
  void theGalleryIsOrderedFoundAndFiltered() throws IOException {
    inspect(samples());
    List<String> down = page.locator("#inspect .card .badge").allTextContents();
    assertThat(down.stream().map(t -> Double.parseDouble(t.replaceAll("[^0-9.]", ""))))
        .isSortedAccordingTo(java.util.Comparator.reverseOrder());
    page.getByLabel("Order").selectOption("name");
    assertThat(page.locator(".card .name").allTextContents()).isSorted();
    page.getByLabel("Find by name").fill("mesh");
    assertThat(page.locator(".card .name").allTextContents()).allMatch(n -> n.contains("mesh"));
    page.getByLabel("Find by name").fill("");
    page.locator("#inspect select[aria-label=Show]").selectOption("bad");
    assertThat(verdicts("good")).isZero();
  }

  @Test
  void theLoopEndsInAModelToTake() throws IOException {
    inspect(washers());
    click("Among themselves");
    page.waitForFunction(
        "() => document.body.innerText.includes('compared with one another')");
    judged(10);
    assertThat(page.locator(".card .name").first().textContent()).isEqualTo("scratched.png");
    page.locator("#teach-many").fill("6");
    click("Mark the lowest");
    assertThat(page.locator(".card.marked").count()).isEqualTo(6);
    page.locator("#teach-name").fill("washer");
    click("Teach with 6");
    page.waitForFunction("() => document.getElementById('model').value === 'washer'");
    judged(10);
    assertThat(page.locator(".card .name").first().textContent()).isEqualTo("scratched.png");
    assertThat(page.locator(".card.bad .name").allTextContents()).contains("scratched.png");
    assertThat(page.locator(".card.bad").count()).isLessThan(10);
    assertThat(bytes(download("References"))).hasSizeGreaterThan(1000);
    assertThat(bytes(download("ONNX file"))).hasSizeGreaterThan(100_000);
    page.locator("#tab-models").click();
    page.waitForSelector("#models table");
    assertThat(page.locator("#models table tbody tr").count()).isEqualTo(6);
    click("Delete");
    page.locator("dialog button[value=yes]").click();
    page.waitForFunction("() => document.getElementById('model').value === 'starter'");
  }

  /** Draws the README's picture anew: {@code -Dheadclip.page=FILE}, see starter/pictures.sh. */
  @Test
  @EnabledIfSystemProperty(named = "headclip.page", matches = ".+")
  void thePictureOfTheReadme() throws IOException {
    open(1360, 820, ColorScheme.LIGHT);
    List<Path> nuts = new ArrayList<>();
    for (String folder : List.of("good", "parts")) {
      try (Stream<Path> all = Files.list(Path.of("../examples/nuts", folder))) {
        all.sorted().forEach(nuts::add);
      }
    }
    inspect(nuts.toArray(Path[]::new));
    for (Path good : nuts.subList(0, 4)) {
      page.locator(
              ".card", new Page.LocatorOptions().setHasText(good.getFileName().toString()))
          .getByText("Good")
          .click();
    }
    page.locator("#teach-name").fill("nut");
    click("Teach with 4");
    page.waitForFunction("() => document.getElementById('model').value === 'nut'");
    judged(nuts.size());
    page.evaluate("() => document.querySelectorAll('*').forEach(e => e.scrollTop = 0)");
    page.waitForTimeout(1500);
    Files.write(Path.of(System.getProperty("headclip.page")), page.screenshot());
  }

  @Test
  void oneImageIsLookedAtClosely() throws IOException {
    inspect(samples());
    page.locator(".card .open").first().click();
    page.waitForSelector("dialog .kv");
    page.waitForFunction("() => document.querySelectorAll('dialog tbody tr').length > 0");
    String first = page.locator("dialog .title").textContent();
    click("Side by side");
    assertThat(page.locator("dialog .pane").count()).isEqualTo(2);
    page.keyboard().press("ArrowRight");
    page.waitForFunction(
        "t => document.querySelector('dialog .title').textContent !== t", first);
    page.keyboard().press("g");
    assertThat(page.locator(".card.marked").count()).isEqualTo(1);
    String shown = page.locator("dialog .title").textContent();
    escape();
    assertThat(page.locator("dialog").count()).isZero();
    assertThat(
            page.evaluate(
                "() => document.activeElement.closest('.card').querySelector('.name').textContent"))
        .isEqualTo(shown);
  }

  /** A dialog is gone, and the focus back, a moment after the key. */
  private void escape() {
    page.keyboard().press("Escape");
    page.waitForFunction("() => !document.querySelector('dialog')");
  }

  @Test
  void anIgnoredRegionIsDrawnOrTyped() throws IOException {
    inspect(washers());
    double before = scoreOf("scratched.png");
    page.locator(".card", new Page.LocatorOptions().setHasText("scratched.png"))
        .locator(".open")
        .click();
    click("Draw a region");
    page.getByLabel("Left, pixels").fill("30");
    page.getByLabel("Top, pixels").fill("20");
    page.getByLabel("Width, pixels").fill("85");
    page.getByLabel("Height, pixels").fill("50");
    click("Ignore it everywhere");
    judged(10);
    assertThat(scoreOf("scratched.png")).isLessThan(before);
    click("Look at all of them again");
    judged(10);
    assertThat(scoreOf("scratched.png")).isEqualTo(before);
    page.locator(".card .open").first().click();
    click("Draw a region");
    var box = page.locator("dialog canvas").boundingBox();
    page.mouse().move(box.x + box.width * 0.4, box.y + box.height * 0.4);
    page.mouse().down();
    page.mouse().move(box.x + box.width * 0.6, box.y + box.height * 0.4);
    page.mouse().move(box.x + box.width * 0.6, box.y + box.height * 0.6);
    page.mouse().move(box.x + box.width * 0.4, box.y + box.height * 0.6);
    page.mouse().up();
    click("Ignore it everywhere");
    judged(10);
    assertThat(page.locator("text=A region is ignored in all images").count()).isEqualTo(1);
  }

  private double scoreOf(String name) {
    return Double.parseDouble(
        page.locator(".card", new Page.LocatorOptions().setHasText(name))
            .locator(".badge")
            .textContent()
            .replaceAll("[^0-9.]", ""));
  }

  @Test
  void resultsAreSavedByTheThresholdThatIsSet() throws IOException {
    inspect(washers());
    page.getByLabel("Threshold as a number").fill("0");
    String csv = new String(bytes(download("CSV")));
    assertThat(csv.lines()).hasSize(11);
    assertThat(csv.lines().skip(1)).allMatch(l -> l.contains(",true,0.0,"));
    assertThat(new String(bytes(download("JSON"))).lines()).hasSize(10);
    assertThat(new String(bytes(download("COCO")))).contains("\"annotations\"");
    assertThat(bytes(download("All with maps (zip)"))).startsWith('P', 'K');
  }

  @Test
  void imagesAreDroppedPastedAndTaken() throws IOException {
    String make =
        "async type => { const c = new OffscreenCanvas(80, 60); const g = c.getContext('2d');"
            + " g.fillStyle = '#777'; g.fillRect(0, 0, 80, 60); g.fillStyle = '#c22';"
            + " g.fillRect(30, 20, 12, 9); const b = await c.convertToBlob();"
            + " const t = new DataTransfer(); t.items.add(new File([b], type + '.png', {type: 'image/png'}));"
            + " const e = type === 'drop' ? new DragEvent('drop', {dataTransfer: t, bubbles: true})"
            + " : new ClipboardEvent('paste', {clipboardData: t, bubbles: true}); document.body.dispatchEvent(e); }";
    page.evaluate(make, "drop");
    judged(1);
    page.evaluate(make, "paste");
    judged(2);
    click("Camera");
    page.waitForFunction("() => document.querySelector('video')?.videoWidth > 0");
    click("Take the picture");
    judged(3);
    assertThat(page.locator(".card .name").allTextContents())
        .contains("drop.png", "paste.png")
        .anyMatch(n -> n.startsWith("camera"));
  }

  @Test
  void aNameIsNeverMarkup() throws IOException {
    Path file = dir.resolve("<img src=x onerror=document.title='taken'>.png");
    Files.copy(washer("good-1.png", 1, false), file);
    inspect(file);
    assertThat(page.locator(".card .name").textContent()).contains("<img src=x");
    page.locator(".card .open").click();
    assertThat(page.locator("dialog .title").textContent()).contains("<img src=x");
    assertThat(page.title()).isEqualTo("HeadCLIP");
  }

  @Test
  void whatIsNoImageIsSaid() throws IOException {
    Path broken = dir.resolve("broken.png");
    Files.writeString(broken, "nothing");
    page.setInputFiles("#files", new Path[] {broken, washer("good-1.png", 1, false)});
    judged(1);
    page.waitForSelector("text=not an image that can be read");
    assertThat(page.locator(".card .badge.none").textContent()).isEqualTo("failed");
  }

  @Test
  void keysAreEnough() throws IOException {
    inspect(washers());
    page.locator(".card .open").first().focus();
    page.keyboard().press("ArrowRight");
    page.keyboard().press("g");
    assertThat(page.locator(".card").nth(1).getAttribute("class")).contains("marked");
    page.keyboard().press("Enter");
    page.waitForSelector("dialog[open]");
    escape();
    page.getByLabel("Threshold", new Page.GetByLabelOptions().setExact(true))
        .and(page.locator("input"))
        .focus();
    String before = page.getByLabel("Threshold as a number").inputValue();
    page.keyboard().press("ArrowRight");
    assertThat(page.getByLabel("Threshold as a number").inputValue()).isNotEqualTo(before);
  }

  @Test
  void whatArrivesInTheFolderIsSeenLive() throws IOException {
    page.locator("#tab-live").click();
    page.waitForSelector("#live h1:has-text('hot')");
    String name = "live-%d.png".formatted(System.nanoTime());
    Files.copy(washer("scratched.png", 20, true), hot.resolve(name));
    page.waitForSelector("#live .strip [aria-label^='" + name + "']");
    page.waitForSelector("#live .verdict");
  }

  @Test
  void aTokenIsAskedForOnce() {
    try (DetectionServer closed = server(ServerSettings.defaults().withPort(0).withToken(TOKEN))) {
      page.navigate(closed.address());
      page.waitForSelector("dialog #token");
      assertThat(violations()).isEmpty();
      page.fill("#token", "another");
      page.keyboard().press("Enter");
      page.waitForSelector("dialog [role=alert]:not([hidden])");
      complaints.clear();
      page.fill("#token", TOKEN);
      page.keyboard().press("Enter");
      page.waitForSelector("#signout:not([hidden])");
      assertThat(page.locator("#model option").count()).isEqualTo(1);
      page.navigate("about:blank");
      requests.clear();
    }
  }

  private List<String> violations() {
    List<String> all = new ArrayList<>();
    for (Rule r : new AxeBuilder(page).analyze().getViolations()) {
      r.getNodes().forEach(n -> all.add(r.getId() + ": " + n.getHtml()));
    }
    return all;
  }

  /** What a model was taught is not the page's look: a new starter changes no view. */
  private static final String WITHOUT_WHAT_WAS_LEARNED =
      """
      () => {
        document.querySelectorAll('canvas').forEach(c => c.style.visibility = 'hidden');
        document.querySelectorAll('.heads .hc').forEach(c => c.style.background = '#888');
      }""";

  /** Where nothing was drawn all is transparent. */
  private static final String SOME_MAP_IS_DRAWN =
      """
      canvases => [...document.querySelectorAll(canvases)].some(c => {
        const g = Object.assign(document.createElement('canvas'), {width: c.width, height: c.height})
            .getContext('2d', {willReadFrequently: true});
        g.drawImage(c, 0, 0);
        return new Set(g.getImageData(0, 0, c.width, c.height).data).size > 16;
      })""";

  private static final String HEAD_COLOURS =
      "() => new Set([...document.querySelectorAll('.heads .hc')].map(c => c.style.background)).size";

  /** Every view: what axe finds, and how it looks. */
  private void every(String name) throws IOException {
    view(name + "-empty");
    inspect(samples());
    page.getByLabel("Order").selectOption("name");
    page.waitForFunction(SOME_MAP_IS_DRAWN, ".card canvas");
    page.waitForTimeout(1500);
    view(name + "-gallery");
    page.locator(".card .open").first().click();
    page.waitForFunction("() => document.querySelectorAll('dialog tbody tr').length > 0");
    page.waitForTimeout(500);
    page.waitForFunction(SOME_MAP_IS_DRAWN, "dialog canvas");
    view(name + "-image");
    escape();
    page.locator("#tab-models").click();
    page.waitForSelector("#models h1");
    assertThat((Integer) page.evaluate(HEAD_COLOURS)).as("colours of head weights").isGreaterThan(5);
    view(name + "-models");
    page.locator("#tab-live").click();
    page.waitForSelector("#live h1");
    assertThat(violations()).as(name + "-live").isEmpty();
    page.navigate(server.address() + "docs");
    page.waitForSelector("details");
    page.locator("details summary").first().click();
    view(name + "-docs");
  }

  private void view(String name) throws IOException {
    assertThat(violations()).as(name).isEmpty();
    page.evaluate(WITHOUT_WHAT_WAS_LEARNED);
    Screenshots.looks(name, page.screenshot());
  }

  @Test
  void viewsAreAccessibleAndLookAsTheyDid() throws IOException {
    every("light");
  }

  @Test
  void soTheyAreInTheDark() throws IOException {
    open(1440, 900, ColorScheme.DARK);
    every("dark");
  }

  @Test
  void andOnAPhone() throws IOException {
    open(390, 844, ColorScheme.LIGHT);
    every("phone");
    assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(390);
  }
}
