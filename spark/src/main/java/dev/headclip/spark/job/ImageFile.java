package dev.headclip.spark.job;

import java.io.Serializable;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * An image that the job was asked for.
 *
 * @param path as Hadoop writes it
 * @param modified milliseconds since 1970
 * @param length bytes
 * @param folder that it lies in
 */
record ImageFile(String path, long modified, long length, String folder) implements Serializable {
  private static final long serialVersionUID = 1;

  static final String PATH = "path";
  static final String MODIFIED = "modification_time";
  static final String LENGTH = "length";
  static final String FOLDER = "folder";
  static final String KIND = "kind";
  static final String DATE = "date";

  static final StructType SCHEMA =
      new StructType()
          .add(PATH, DataTypes.StringType)
          .add(MODIFIED, DataTypes.TimestampType)
          .add(LENGTH, DataTypes.LongType)
          .add(FOLDER, DataTypes.StringType)
          .add(KIND, DataTypes.StringType)
          .add(DATE, DataTypes.DateType);

  Row row() {
    // the day in UTC: the same wherever the job runs
    Date day = Date.valueOf(Instant.ofEpochMilli(modified).atZone(ZoneOffset.UTC).toLocalDate());
    return RowFactory.create(path, new Timestamp(modified), length, folder, kind(), day);
  }

  /** The folder's name. */
  private String kind() {
    return folder.substring(folder.lastIndexOf('/') + 1);
  }

  /** Another one under the same path is another image. */
  String identity() {
    return identity(path, modified, length);
  }

  static String identity(String path, long modified, long length) {
    return "%s\t%d\t%d".formatted(path, modified, length);
  }
}
