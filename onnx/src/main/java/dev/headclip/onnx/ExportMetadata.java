package dev.headclip.onnx;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.Version;
import dev.headclip.engine.Precision;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.model.ClipModel;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a caller of an exported model must know, as its metadata: preprocessing, sizes, threshold
 * under keys of their own, everything else as the adapter file's JSON under {@value
 * AdapterFile#KEY}.
 */
final class ExportMetadata {
  private ExportMetadata() {}

  static Map<String, String> of(ClipModel model, Exporter.Options options) {
    Adapter adapter = model.adapter();
    Normalization n = model.normalization();
    Map<String, String> m = new LinkedHashMap<>();
    Preprocess resize = model.views().preprocess();
    m.put("preprocess", resize.name().toLowerCase(Locale.ROOT));
    m.put(
        "preprocessing",
        (resize == Preprocess.SQUARE_BILINEAR ? "RGB; bilinear" : "RGB; bicubic")
            + " (Pillow) to image_size x image_size, aspect ratio not kept;"
            + " (x / 255 - image_mean) / image_std; float32 [N,3,image_size,image_size]");
    m.put("image_size", Integer.toString(model.imageSize()));
    m.put("image_mean", Arrays.toString(n.mean()));
    m.put("image_std", Arrays.toString(n.std()));
    m.put("threshold", Double.toString(model.threshold().value()));
    m.put(
        "outputs",
        "map [N,S,S], score, global_score, local_score [N], all 0 to 1; anomalous [N]:"
            + " score >= threshold");
    if (options.precision() == Precision.INT8) {
      m.put(
          "batch",
          "scores depend on the batch: activations are scaled by its largest; N = 1 gives"
              + " what the library gives");
    }
    if (model.wantsClassName()) {
      m.put("class_name", options.className().text());
    }
    m.put("dialect", options.dialect().key());
    m.put("weights", options.weights());
    ObjectNode all = AdapterFile.json(adapter);
    all.put("threshold", model.threshold().value());
    all.put("map_threshold", model.mapThreshold());
    model
        .references()
        .ifPresent(
            r ->
                m.put(
                    "references",
                    r.origin()
                        + "; 0.5 is where normal ones end; raw_score and raw_map have units of their own"));
    all.putObject("export")
        .put("by", "HeadCLIP for Java " + Version.text())
        .put("date", Instant.now().toString())
        .put("backbone_digest", model.backbone().digest())
        .put("adapter_digest", adapter.digest());
    m.put(AdapterFile.KEY, all.toString());
    return m;
  }
}
