package dev.headclip.server.internal.api;

import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Outcome;
import dev.headclip.server.internal.http.ImageStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;

/** Figures for Prometheus. */
public final class Meters implements AutoCloseable {
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PATCH", "DELETE");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public Meters(DetectionQueue queue, ImageStore store) {
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    Gauge.builder("headclip.queue.images", queue, DetectionQueue::waiting)
        .description("Images that wait or are being scored")
        .register(registry);
    Gauge.builder("headclip.queue.capacity", queue, DetectionQueue::capacity)
        .description("Images that may wait or be scored at a time")
        .register(registry);
    Gauge.builder("headclip.store.bytes", store, ImageStore::bytes)
        .description("Bytes of uploaded images and kept maps")
        .register(registry);
    Gauge.builder("headclip.store.images", store, ImageStore::count)
        .description("Uploaded images that are kept")
        .register(registry);
  }

  /** An image was scored, or could not be. */
  public void image(Outcome outcome) {
    String verdict =
        outcome instanceof Outcome.Scored s
            ? s.detection().anomalous() ? "anomalous" : "normal"
            : "failed";
    Counter.builder("headclip.images")
        .description("Images by verdict")
        .tag("verdict", verdict)
        .register(registry)
        .increment();
    if (outcome instanceof Outcome.Scored s) {
      spent(s.detection());
    }
  }

  private void spent(Detection d) {
    Timer.builder("headclip.image")
        .description("Time spent on an image: decoding, network, map")
        .publishPercentileHistogram()
        .register(registry)
        .record(Duration.ofNanos((long) (d.milliseconds() * 1e6)));
  }

  /**
   * A request was answered.
   *
   * @param route its path as in openapi.json
   */
  public void request(String method, String route, int status, long nanos) {
    Timer.builder("headclip.request")
        .description("Requests by route and status")
        // what was never answered may be called anything
        .tags(
            "method",
            METHODS.contains(method) ? method : "other",
            "route",
            route,
            "status",
            String.valueOf(status))
        .publishPercentileHistogram()
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** All, in Prometheus's text form. */
  public String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
