package dev.headclip.spark.internal.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.engine.EngineSettings;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A model on its way to the executors: what was asked for, and the files that every host is to
 * have. Made by {@link Shipping}.
 */
public final class ShippedModel implements Serializable {
  private static final long serialVersionUID = 1;

  private final String id;
  private final Asked asked;
  private final List<ShippedFile> files;
  private final Broadcast<byte[][][]> content;
  private final Broadcast<SerializableConfiguration> hadoop;

  // once they were checked; every process that this one travels to checks for itself
  private transient Path checked;

  /**
   * What was asked for; texts are empty where nothing was.
   *
   * @param shown the model's name in results
   * @param place a name, or a path: in the model's folder on a host where it is not absolute
   * @param builtIn whether it is a name
   * @param adapter a path likewise
   * @param targetFpr NaN where nothing was
   */
  record Asked(
      String shown,
      String place,
      boolean builtIn,
      String adapter,
      String method,
      String className,
      double targetFpr,
      Map<String, String> settings,
      Map<String, String> engine)
      implements Serializable {}

  ShippedModel(
      Asked asked,
      List<ShippedFile> files,
      Broadcast<byte[][][]> content,
      Broadcast<SerializableConfiguration> hadoop) {
    this.asked = asked;
    this.files = List.copyOf(files);
    this.content = content;
    this.hadoop = hadoop;
    this.id = Sha256.of(files.toString()).substring(0, 32);
  }

  /** Shows that two are the same, on any machine. */
  public String key() {
    return asked + " " + id;
  }

  /** What was asked for and the digest of the files, for whoever keeps results. */
  public ObjectNode json() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    o.put("version", Version.text()).put("model", asked.shown()).put("files", id);
    o.put("method", asked.method()).put("class_name", asked.className());
    if (!Double.isNaN(asked.targetFpr())) {
      o.put("target_fpr", asked.targetFpr());
    }
    asked.settings().forEach(o.putObject("settings")::put);
    asked.engine().forEach(o.putObject("engine")::put);
    return o;
  }

  /** Hadoop's settings on an executor. */
  public Configuration hadoop() {
    return hadoop.value().value();
  }

  /** Where the files are on this host, put there and checked. */
  private synchronized Path home() {
    if (checked == null) {
      checked = checkedHome();
    }
    return checked;
  }

  private Path checkedHome() {
    files.stream().filter(ShippedFile::inPlace).forEach(ShippedModel::requireSame);
    List<ShippedFile> moved = files.stream().filter(f -> !f.inPlace()).toList();
    return moved.isEmpty() ? Path.of("") : new HostFolder().of(id, moved, this::open);
  }

  private static void requireSame(ShippedFile f) {
    try {
      HostFolder.require(f, Sha256.of(Path.of(f.name())));
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be read on this host (%s); it must see the same files as the driver"
              .formatted(f.name(), AtomicFiles.reason(e)),
          e);
    }
  }

  private InputStream open(ShippedFile f) throws IOException {
    return f.carried()
        ? new Chunks(content.value()[files.indexOf(f)])
        : HadoopFiles.open(f.uri(), hadoop());
  }

  /** Throws where it does not open on this machine; of remote files, puts them here first. */
  void check() {
    detector(1).openModel().close();
  }

  /** A detector's builder on this host; of {@code threads} threads. */
  public DetectorBuilder detector(int threads) {
    Path home = asked.builtIn() ? Path.of("") : home();
    DetectorBuilder b = Detector.builder(place(home)).named(asked.shown());
    b.set(asked.settings());
    if (!asked.adapter().isEmpty()) {
      b.adapter(home.resolve(asked.adapter()));
    }
    if (!asked.method().isEmpty()) {
      b.method(asked.method());
    }
    if (!asked.className().isEmpty()) {
      b.className(asked.className());
    }
    if (!Double.isNaN(asked.targetFpr())) {
      b.targetFpr(asked.targetFpr());
    }
    return b.compute(EngineSettings.of(asked.engine()).withThreads(threads));
  }

  private String place(Path home) {
    return asked.builtIn() ? asked.place() : home.resolve(asked.place()).toString();
  }
}
