package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A CSV file with a header; names of columns without regard to case and blanks.
 *
 * @param rows in their order
 */
public record CsvTable(List<Row> rows) {
  private static final String BOM = "\uFEFF";

  public CsvTable {
    rows = List.copyOf(rows);
  }

  /**
   * One line.
   *
   * @param line its number in the file, from 1
   * @param cells by column
   */
  public record Row(long line, Map<String, String> cells) {
    /** A cell, stripped; empty where there is none. */
    public String get(String column) {
      return cells.getOrDefault(column, "");
    }
  }

  /**
   * @param required columns that must be there
   * @throws HeadClipException naming what is missing
   */
  public static CsvTable read(Path file, String... required) {
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();
    try (BufferedReader in =
            Files.newBufferedReader(RegularFiles.required(file), StandardCharsets.UTF_8);
        CSVParser parser = CSVParser.parse(in, format)) {
      List<String> header = new ArrayList<>();
      List<Row> rows = new ArrayList<>();
      for (CSVRecord r : parser) {
        if (header.isEmpty()) {
          r.forEach(c -> header.add(c.replace(BOM, "").strip().toLowerCase(Locale.ROOT)));
          requireColumns(file, header, required);
          continue;
        }
        Map<String, String> cells = new HashMap<>();
        for (int i = 0; i < Math.min(r.size(), header.size()); i++) {
          cells.put(header.get(i), r.get(i).strip());
        }
        rows.add(new Row(parser.getCurrentLineNumber(), cells));
      }
      if (header.isEmpty()) {
        throw new HeadClipException("%s: empty, expected a header line".formatted(file));
      }
      return new CsvTable(rows);
    } catch (IOException | UncheckedIOException e) {
      throw new HeadClipException("%s: cannot be read as CSV (%s)".formatted(file, e), e);
    }
  }

  private static void requireColumns(Path file, List<String> header, String... required) {
    for (String c : required) {
      if (!header.contains(c)) {
        throw new HeadClipException(
            "%s: no column %s, found %s".formatted(file, c, String.join(",", header)));
      }
    }
  }
}
