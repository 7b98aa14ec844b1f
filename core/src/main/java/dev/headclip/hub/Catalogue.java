package dev.headclip.hub;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is known to be published, by name: a data file, and one of the user's in front of it. */
public final class Catalogue {
  private static final String SHIPPED = "/headclip/hub/catalogue.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final long LARGEST = 4_000_000;
  private static final Set<String> FIELDS =
      Set.of(
          "kind",
          "about",
          "licence",
          "bytes",
          "repository",
          "space",
          "revision",
          "files",
          "backbone",
          "preset");

  private final Map<String, CatalogueEntry> entries;

  private Catalogue(Map<String, CatalogueEntry> entries) {
    this.entries = Map.copyOf(entries);
  }

  /** The one that comes with this version. */
  public static Catalogue shipped() {
    try (InputStream in = Catalogue.class.getResourceAsStream(SHIPPED)) {
      return new Catalogue(parsed("catalogue.json", in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * This one with the entries of a file, which win.
   *
   * @throws HeadClipException where it is not a catalogue
   */
  public Catalogue with(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new HeadClipException("%s: too large for a catalogue".formatted(file));
      }
      Map<String, CatalogueEntry> all = new LinkedHashMap<>(entries);
      all.putAll(parsed(file.toString(), Files.readAllBytes(file)));
      return new Catalogue(all);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be read (%s)".formatted(file, AtomicFiles.reason(e)), e);
    }
  }

  /** Names, sorted. */
  public List<String> names() {
    return entries.keySet().stream().sorted().toList();
  }

  /** All, by name. */
  public Collection<CatalogueEntry> entries() {
    return names().stream().map(entries::get).toList();
  }

  /** One of them. */
  public Optional<CatalogueEntry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  private static Map<String, CatalogueEntry> parsed(String file, byte[] text) {
    Map<String, CatalogueEntry> all = new LinkedHashMap<>();
    try {
      JsonNode root = JSON.readTree(text);
      if (root == null || !root.isObject()) {
        throw new HeadClipException("%s: expected a JSON object of entries".formatted(file));
      }
      root.fields()
          .forEachRemaining(
              e -> {
                try {
                  all.put(e.getKey(), entry(e.getKey(), e.getValue()));
                } catch (IllegalArgumentException bad) {
                  throw new HeadClipException(
                      "%s: %s: %s".formatted(file, e.getKey(), bad.getMessage()), bad);
                }
              });
    } catch (JsonProcessingException e) {
      throw new HeadClipException(
          "%s: not JSON (%s)"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read".formatted(file), e);
    }
    return all;
  }

  private static CatalogueEntry entry(String name, JsonNode n) {
    if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
      throw new IllegalArgumentException("a name is of small letters, digits, dots and dashes");
    }
    if (!n.isObject()) {
      throw new IllegalArgumentException("expected an object");
    }
    n.fieldNames()
        .forEachRemaining(
            f -> {
              if (!FIELDS.contains(f)) {
                throw new IllegalArgumentException(
                    "no field %s, expected %s".formatted(f, FIELDS.stream().sorted().toList()));
              }
            });
    return new CatalogueEntry(
        name,
        kind(n),
        origin(n),
        text(n, "about", ""),
        text(n, "licence", "not stated"),
        n.path("bytes").asLong(0),
        Optional.of(text(n, "backbone", "")).filter(t -> !t.isEmpty()),
        Optional.of(text(n, "preset", "")).filter(t -> !t.isEmpty()));
  }

  private static CatalogueEntry.Kind kind(JsonNode n) {
    return switch (text(n, "kind", "")) {
      case "backbone" -> CatalogueEntry.Kind.BACKBONE;
      case "adapter" -> CatalogueEntry.Kind.ADAPTER;
      default ->
          throw new IllegalArgumentException(
              "kind is \"%s\", expected backbone or adapter".formatted(text(n, "kind", "")));
    };
  }

  private static Origin origin(JsonNode n) {
    for (Origin.Kind kind : Origin.Kind.values()) {
      String field = kind == Origin.Kind.MODEL ? "repository" : "space";
      if (n.has(field)) {
        List<WantedFile> files = new ArrayList<>();
        n.path("files").forEach(f -> files.add(WantedFile.parse(f.asText())));
        return new Origin.Repository(
            kind,
            text(n, field, ""),
            text(n, "revision", "main"),
            files.isEmpty() ? HubNames.USUAL : files);
      }
    }
    List<Origin.WebFile> files = new ArrayList<>();
    for (JsonNode f : n.path("files")) {
      URI address = URI.create(text(f, "address", ""));
      files.add(
          new Origin.WebFile(
              address,
              text(f, "name", HubNames.fileName(address)),
              text(f, "sha256", "").toLowerCase(Locale.ROOT)));
    }
    return new Origin.Web(files);
  }

  private static String text(JsonNode n, String field, String absent) {
    JsonNode v = n.path(field);
    if (v.isMissingNode()) {
      return absent;
    }
    if (!v.isTextual()) {
      throw new IllegalArgumentException("%s is %s, expected text".formatted(field, v));
    }
    return v.asText();
  }
}
