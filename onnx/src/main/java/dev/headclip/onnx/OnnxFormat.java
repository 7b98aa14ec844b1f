package dev.headclip.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import dev.headclip.model.ExportedFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the metadata of ONNX files without loading what else is in them. */
public final class OnnxFormat implements ExportedFormat {
  /** ModelProto.metadata_props. */
  private static final int METADATA = 14;

  private static final int LARGEST_ENTRY = 16 << 20;

  @Override
  public boolean knows(Path file) {
    return file.toString().endsWith(".onnx");
  }

  @Override
  public Map<String, String> metadata(Path file) {
    Map<String, String> all = new LinkedHashMap<>();
    try (InputStream raw =
        new BufferedInputStream(Files.newInputStream(RegularFiles.required(file)))) {
      CodedInputStream in = CodedInputStream.newInstance(raw);
      in.setSizeLimit(Integer.MAX_VALUE);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == METADATA) {
          int length = in.readRawVarint32();
          if (length < 0 || length > LARGEST_ENTRY) {
            throw new IOException("metadata of %d bytes".formatted(length));
          }
          StringStringEntryProto e = StringStringEntryProto.parseFrom(in.readRawBytes(length));
          all.put(e.getKey(), e.getValue());
        } else if (!in.skipField(tag)) {
          throw new IOException("not an ONNX model");
        }
      }
      return all;
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: not an ONNX model (%s)"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }
}
