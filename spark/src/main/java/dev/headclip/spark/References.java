package dev.headclip.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.model.ReferenceBytes;
import java.nio.file.Path;
import java.util.List;

/** Normal images that others are compared with, as {@link PreparedModel#remember} fitted them. */
public final class References {
  private final ReferenceModel model;
  private final List<String> remarks;
  private final Opening opening;
  private final ObjectNode place;

  /**
   * @param place what was asked for, in the place of paths on this machine
   */
  References(ReferenceModel model, List<String> remarks, Opening opening, ObjectNode place) {
    this.model = model;
    this.remarks = List.copyOf(remarks);
    this.opening = opening;
    this.place = place;
  }

  /** What was fitted. */
  public ReferenceModel model() {
    return model;
  }

  /** What is to be said of them, one line each: those that could not be read, and suspects. */
  public List<String> remarks() {
    return remarks;
  }

  /**
   * Writes them as {@code headclip remember} does: {@code headclip detect --model FILE} and {@link
   * dev.headclip.spark.settings.ModelSpec} take the file.
   *
   * @param file on the driver's machine, ending in .safetensors
   */
  public void write(Path file) {
    if (!file.toString().endsWith(".safetensors")) {
      throw new HeadClipException("%s: expected a name that ends in .safetensors".formatted(file));
    }
    ReferenceFile.write(file, model, base());
  }

  /** The model that they belong to. */
  private ObjectNode base() {
    try (Model opened = opening.builder(1).openModel()) {
      ObjectNode base = (ObjectNode) opening.builder(1).asked((ClipModel) opened);
      base.setAll(place);
      return base;
    }
  }

  byte[] bytes() {
    return ReferenceBytes.of(model, base());
  }
}
