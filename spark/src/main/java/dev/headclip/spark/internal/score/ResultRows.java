package dev.headclip.spark.internal.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Outcome;
import dev.headclip.image.MapWriter;
import dev.headclip.reference.TokenTaps;
import dev.headclip.results.Report;
import dev.headclip.spark.results.ResultSchema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * An outcome as the values of {@link ResultSchema#ADDED}: the very JSON that every caller gives,
 * typed.
 *
 * @param model its name
 * @param compared what images were compared with
 * @param maps whether heat maps are wanted
 * @param features whether mean tokens are
 */
public record ResultRows(
    String model, Optional<Report.Compared> compared, boolean maps, boolean features) {
  /** In the order of the schema. */
  public List<Object> of(Outcome outcome) {
    ObjectNode json;
    byte[] map = null;
    Object feature = null;
    if (outcome instanceof Outcome.Scored s) {
      json =
          DetectionJson.of(
              s.source().id(), s.detection(), model, Optional.empty(), Optional.empty());
      compared.ifPresent(c -> json.set("references", c.json()));
      map = maps ? png(s.detection()) : null;
      feature = features ? feature(s.detection().evidence()) : null;
    } else {
      json = DetectionJson.failed(outcome.source().id(), ((Outcome.Failed) outcome).error());
    }
    List<Object> values = new ArrayList<>();
    for (StructField f : ResultSchema.ADDED.fields()) {
      values.add(
          switch (f.name()) {
            case "map" -> map;
            case "feature" -> feature;
            default -> value(json.path(f.name()), f.dataType());
          });
    }
    return values;
  }

  /** The mean token; of an image in parts, the mean of theirs. */
  private static Object feature(Tensors<HostTensor> evidence) {
    HostTensor means =
        (evidence.has(TokenTaps.MEAN) ? evidence : TokenTaps.mean(evidence)).get(TokenTaps.MEAN);
    int parts = means.size(0);
    int width = means.size(1);
    List<Object> mean = new ArrayList<>();
    for (int c = 0; c < width; c++) {
      double sum = 0;
      for (int r = 0; r < parts; r++) {
        sum += means.data()[r * width + c];
      }
      mean.add((float) (sum / parts));
    }
    return CollectionConverters.asScala(mean).toSeq();
  }

  private static byte[] png(Detection d) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      MapWriter.png(d.map(), out);
    } catch (IOException e) {
      throw new HeadClipException("the map cannot be written (%s)".formatted(e.getMessage()), e);
    }
    return out.toByteArray();
  }

  /** Spark's value of a JSON one; null where there is none. */
  private static Object value(JsonNode json, DataType type) {
    if (json.isMissingNode() || json.isNull()) {
      return null;
    }
    if (type instanceof StructType fields) {
      List<Object> all = new ArrayList<>();
      for (StructField f : fields.fields()) {
        all.add(value(json.path(f.name()), f.dataType()));
      }
      return RowFactory.create(all.toArray());
    }
    if (type instanceof ArrayType array) {
      List<Object> all = new ArrayList<>();
      json.forEach(e -> all.add(value(e, array.elementType())));
      return CollectionConverters.asScala(all).toSeq();
    }
    if (type.equals(DataTypes.IntegerType)) {
      return json.asInt();
    }
    if (type.equals(DataTypes.DoubleType)) {
      return json.asDouble();
    }
    return type.equals(DataTypes.BooleanType) ? (Object) json.asBoolean() : json.asText();
  }

  /** A row's own values, but for some, and those that are added. */
  public static Row row(Row input, int[] kept, List<Object> added) {
    Object[] all = new Object[kept.length + added.size()];
    for (int i = 0; i < kept.length; i++) {
      all[i] = input.get(kept[i]);
    }
    for (int i = 0; i < added.size(); i++) {
      all[kept.length + i] = added.get(i);
    }
    return RowFactory.create(all);
  }
}
