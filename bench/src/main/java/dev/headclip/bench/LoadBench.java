package dev.headclip.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Many clients at a server of its own process for minutes, between two runs of the library's stream
 * over the same images: nothing lost, nothing mixed up, memory flat, latencies.
 */
@Command(
    name = "load",
    description = "A server under load: throughput against the library's, latencies, memory.")
final class LoadBench implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double SAME = 2e-5;
  private static final int SAMPLE_MILLIS = 2000;

  @Parameters(paramLabel = "IMAGE|FOLDER", description = "What is sent.")
  private List<Path> inputs;

  @Option(names = "--launcher", defaultValue = "./headclip")
  private Path launcher;

  @Option(names = "--clients", defaultValue = "32")
  private int clients;

  @Option(names = "--queue", defaultValue = "24", description = "Fewer than clients: some get 503.")
  private int queue;

  @Option(names = "--rounds", defaultValue = "5", description = "Library and server in turns.")
  private int rounds;

  @Option(names = "--seconds", defaultValue = "60", description = "Of load, each round.")
  private int seconds;

  @Option(names = "--warm-up", defaultValue = "60")
  private int warmUp;

  @Option(names = "--engine-seconds", defaultValue = "25")
  private int engineSeconds;

  @Option(names = "--name", defaultValue = "load")
  private String name;

  private record Image(Path file, byte[] bytes, double score) {}

  private final HttpClient http = HttpClient.newHttpClient();

  private final AtomicLong ok = new AtomicLong();
  private final AtomicLong full = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicLong other = new AtomicLong();
  private final List<Double> served = new ArrayList<>();
  private final List<Long> nanos = new ArrayList<>();
  private final List<Long> memory = new ArrayList<>();
  private volatile String firstError = "";

  @Override
  public Integer call() throws Exception {
    List<Path> files = new ArrayList<>();
    for (Path p : inputs) {
      try (Stream<Path> all = Files.walk(p)) {
        all.filter(f -> f.toString().matches("(?i).*\\.(png|jpe?g)")).sorted().forEach(files::add);
      }
    }
    ObjectNode results = Results.begin("load");
    List<Image> images = new ArrayList<>();
    List<Double> engine = new ArrayList<>();
    try (Detector detector = Detector.load("starter")) {
      for (Path f : files) {
        images.add(new Image(f, Files.readAllBytes(f), detector.detect(f).score()));
      }
      server(images, results, () -> engine.add(stream(detector, files)));
    }
    results
        .putObject("settings")
        .put("clients", clients)
        .put("queue", queue)
        .put("rounds", rounds)
        .put("seconds_each", seconds)
        .put("images", images.size())
        .put("model", "starter");
    Spread.put(results.putObject("engine_images_per_second"), engine);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < served.size(); i++) {
      ratios.add(served.get(i) / engine.get(i));
    }
    Spread.put(results.putObject("server_images_per_second"), served);
    Spread.put(results.putObject("server_to_engine"), ratios);
    Results.write(name, results);
    return wrong.get() + other.get() > 0 || !firstError.isEmpty() ? 1 : 0;
  }

  /** Images a second of the library's own stream. */
  private double stream(Detector detector, List<Path> files) {
    long[] end = {Long.MAX_VALUE};
    Iterator<ImageSource> endless =
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return System.nanoTime() < end[0];
          }

          @Override
          public ImageSource next() {
            return ImageSource.of(files.get(next++ % files.size()));
          }
        };
    long done = 0;
    long start = 0;
    try (Detections<Outcome> all = detector.stream(() -> endless, StreamSettings.defaults())) {
      for (int i = 0; i < 50; i++) {
        all.next();
      }
      start = System.nanoTime();
      end[0] = start + engineSeconds * 1_000_000_000L;
      while (all.hasNext()) {
        all.next();
        done++;
      }
    }
    double rate = done / ((System.nanoTime() - start) / 1e9);
    System.err.printf("library: %.1f images a second%n", rate);
    return rate;
  }

  private void server(List<Image> images, ObjectNode results, Runnable between) throws Exception {
    Process process =
        new ProcessBuilder(
                launcher.toString(),
                "serve",
                "--port",
                "0",
                "--queue",
                String.valueOf(queue),
                "--models",
                Files.createTempDirectory("headclip-load").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = String.valueOf(out.readLine());
      URI at = URI.create(line.replaceFirst("  .*", ""));
      load(at, process.pid(), images, 0, warmUp);
      memory.clear();
      nanos.clear();
      double cpu = 0;
      for (int i = 0; i < rounds; i++) {
        between.run();
        double before = cpuSeconds();
        served.add(load(at, process.pid(), images, 2, seconds));
        cpu += cpuSeconds() - before;
        System.err.printf("server: %.1f images a second%n", served.get(i));
      }
      results.put(
          "client_share_of_all_cores",
          Spread.round(
              cpu / rounds / (seconds + 2.0) / Runtime.getRuntime().availableProcessors()));
      report(at, results);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  /** Images a second that are answered under load. */
  private double load(URI at, long pid, List<Image> images, int before, int length)
      throws Exception {
    long from = System.nanoTime() + before * 1_000_000_000L;
    long end = from + length * 1_000_000_000L;
    ExecutorService pool = Executors.newFixedThreadPool(clients);
    List<Future<List<Long>>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int first = i;
      all.add(pool.submit(() -> client(at, images, first, from, end)));
    }
    while (System.nanoTime() < end) {
      Thread.sleep(SAMPLE_MILLIS);
      memory.add(resident(pid));
    }
    int counted = 0;
    for (Future<List<Long>> f : all) {
      counted += f.get().size();
      nanos.addAll(f.get());
    }
    pool.shutdown();
    return counted / (double) length;
  }

  private void report(URI at, ObjectNode results) throws Exception {
    double[] ms = nanos.stream().mapToDouble(n -> n / 1e6).sorted().toArray();
    ObjectNode latency = results.putObject("latency_ms");
    for (double share : new double[] {0.5, 0.9, 0.95, 0.99, 0.999, 1}) {
      int i = (int) Math.min(ms.length - 1, Math.ceil(share * ms.length) - 1);
      latency.put("p" + 100 * share, Spread.round(ms[Math.max(0, i)]));
    }
    double said = metric(at, "headclip_images_total");
    results
        .putObject("answers")
        .put("ok", ok.get())
        .put("queue_full_503", full.get())
        .put("wrong_score", wrong.get())
        .put("other", other.get())
        .put("first_other", firstError)
        .put("images_that_the_server_counted", said);
    long[] mb = memory.stream().mapToLong(m -> m).toArray();
    int quarter = Math.max(1, mb.length / 4);
    results
        .putObject("resident_mb")
        .put("first_quarter", Arrays.stream(mb, 0, quarter).max().orElse(0))
        .put("last_quarter", Arrays.stream(mb, mb.length - quarter, mb.length).max().orElse(0))
        .put("most", Arrays.stream(mb).max().orElse(0));
    if (said != ok.get()) {
      firstError = "the server counted %s images, answered %d".formatted(said, ok.get());
    }
  }

  private List<Long> client(URI at, List<Image> images, int first, long from, long end)
      throws Exception {
    List<Long> nanos = new ArrayList<>();
    for (int i = first; System.nanoTime() < end; i++) {
      Image image = images.get(i % images.size());
      long start = System.nanoTime();
      HttpResponse<byte[]> r;
      try {
        r =
            http.send(
                HttpRequest.newBuilder(at.resolve("/v1/detect"))
                    .header("Content-Type", "application/octet-stream")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(image.bytes()))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
      } catch (IOException e) {
        other.incrementAndGet();
        firstError = e.toString();
        continue;
      }
      long now = System.nanoTime();
      if (r.statusCode() == 503) {
        full.incrementAndGet();
        Thread.sleep(1000 * Long.parseLong(r.headers().firstValue("Retry-After").orElse("1")));
        continue;
      }
      if (r.statusCode() != 200) {
        other.incrementAndGet();
        firstError = r.statusCode() + " " + new String(r.body(), StandardCharsets.UTF_8);
        continue;
      }
      ok.incrementAndGet();
      JsonNode found = JSON.readTree(r.body());
      if (Math.abs(found.path("score").asDouble() - image.score()) > SAME) {
        wrong.incrementAndGet();
      }
      if (now >= from && now <= end) {
        nanos.add(now - start);
      }
    }
    return nanos;
  }

  private double metric(URI at, String name) throws Exception {
    String text =
        http.send(
                HttpRequest.newBuilder(at.resolve("/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return text.lines()
        .filter(l -> l.startsWith(name))
        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** That this process, the clients', has used. */
  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** Megabytes of a process; 0 where the system does not tell. */
  private static long resident(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
              .filter(l -> l.startsWith("VmRSS"))
              .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElse(0)
          / 1024;
    } catch (IOException e) {
      return 0;
    }
  }
}
