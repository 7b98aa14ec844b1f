package dev.headclip.hub;

import dev.headclip.HeadClipException;
import dev.headclip.settings.Nearest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What users may write in place of a path: a catalogue's name, owner/name@revision, an address. */
final class HubNames {
  /** What is taken of a repository that no catalogue knows. */
  static final List<WantedFile> USUAL =
      Stream.of(
              "config.json?",
              "open_clip_config.json?",
              "preprocessor_config.json?",
              "processor_config.json?",
              "tokenizer.json?",
              "vocab.json?",
              "merges.txt?",
              "model.safetensors|model.safetensors.index.json|open_clip_model.safetensors|pytorch_model.bin|pytorch_model.bin.index.json|open_clip_pytorch_model.bin|*.pt|*.pth?",
              "adapter.safetensors?")
          .map(WantedFile::parse)
          .toList();

  private HubNames() {}

  /** An entry for whatever was written. */
  static CatalogueEntry entry(Catalogue catalogue, String what) {
    try {
      return catalogue
          .find(what)
          .or(() -> written(what))
          .orElseThrow(
              () ->
                  new HeadClipException(
                      "%s: no such file or folder, and no model of that name%s; 'headclip models list' shows them, others are owner/name of a Hugging Face repository or an https address"
                          .formatted(what, Nearest.hint(what, catalogue.names()))));
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(what, e.getMessage()), e);
    }
  }

  /** Whether it could be fetched at all, or is meant to be a path. */
  static boolean possible(Catalogue catalogue, String what) {
    try {
      return catalogue.find(what).isPresent() || written(what).isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<CatalogueEntry> written(String what) {
    if (what.startsWith("https://") || what.startsWith("http://")) {
      URI address = URI.create(what);
      return Optional.of(
          unknown(
              what, new Origin.Web(List.of(new Origin.WebFile(address, fileName(address), "")))));
    }
    // what ends like a file is a path that was mistyped
    boolean file = what.matches("(?i).*\\.(safetensors|pt|pth|bin|onnx|json|ya?ml|csv)");
    if (!file && what.matches("[\\w.-]+/[\\w.-]+(@[\\w./-]+)?") && !what.startsWith(".")) {
      int at = what.indexOf('@');
      return Optional.of(
          unknown(
              what,
              new Origin.Repository(
                  Origin.Kind.MODEL,
                  at < 0 ? what : what.substring(0, at),
                  at < 0 ? "main" : what.substring(at + 1),
                  USUAL)));
    }
    return Optional.empty();
  }

  private static CatalogueEntry unknown(String what, Origin origin) {
    return new CatalogueEntry(
        what,
        CatalogueEntry.Kind.BACKBONE,
        origin,
        "",
        "see its publisher",
        0,
        Optional.empty(),
        Optional.empty());
  }

  /** Last part of an address. */
  static String fileName(URI address) {
    String path = address.getPath() == null ? "" : address.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
