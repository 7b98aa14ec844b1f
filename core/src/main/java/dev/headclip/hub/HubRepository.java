package dev.headclip.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What Hugging Face's hub says of a repository and its files. */
final class HubRepository {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_LIST = 16_000_000;
  private static final int LONGEST_INDEX = 50_000_000;

  private final Http http;
  private final HubSettings settings;
  private final Origin.Repository of;

  HubRepository(Http http, HubSettings settings, Origin.Repository of) {
    this.http = http;
    this.settings = settings;
    this.of = of;
  }

  /**
   * The files under a revision.
   *
   * @param commit behind it; the revision itself where nobody says
   */
  record Listing(String commit, List<String> files) {}

  /**
   * Of a file, before it is fetched.
   *
   * @param tag name of its content in the cache
   */
  record Facts(String tag, OptionalLong size, Optional<ContentDigest> digest) {}

  /** Asks for all files under a revision; one by one where the hub has no lists. */
  Listing list(String revision) {
    String kind = of.kind() == Origin.Kind.SPACE ? "spaces" : "models";
    URI address =
        URI.create(
            "%s/api/%s/%s/revision/%s".formatted(settings.endpoint(), kind, of.id(), revision));
    Optional<JsonNode> root = http.ask("GET", address, Map::of, () -> 0, r -> json(r, address));
    Listing found = root.map(n -> listed(n, address)).orElseGet(() -> probed(revision));
    if (revision.matches(Origin.COMMIT) && !found.commit().equals(revision)) {
      throw new HeadClipException(
          "%s: answered with commit %s, expected the one that was asked for"
              .formatted(address, found.commit()));
    }
    return found;
  }

  private static Listing listed(JsonNode root, URI address) {
    String commit = root.path("sha").asText("");
    if (!commit.matches(Origin.COMMIT)) {
      throw new HeadClipException("%s: no commit in the answer, expected one".formatted(address));
    }
    List<String> files = new ArrayList<>();
    for (JsonNode s : root.path("siblings")) {
      String name = s.path("rfilename").asText("");
      // others are none that we could want
      if (SafeNames.isSafe(name)) {
        files.add(name);
      }
    }
    return new Listing(commit, List.copyOf(files));
  }

  /** Which of the wanted files are there: plain mirrors have nothing but files. */
  private Listing probed(String revision) {
    List<String> files = new ArrayList<>();
    String commit = revision;
    for (WantedFile w : of.files()) {
      for (String name : w.names()) {
        Optional<Optional<String>> there =
            name.startsWith("*.") ? Optional.empty() : probed(revision, name);
        if (there.isPresent()) {
          files.add(name);
          commit = there.get().filter(c -> c.matches(Origin.COMMIT)).orElse(commit);
          break;
        }
      }
    }
    if (files.isEmpty()) {
      throw absent();
    }
    return new Listing(commit, List.copyOf(files));
  }

  private HeadClipException absent() {
    return new HeadClipException(
        "%s has no %s \"%s\" with revision %s that %s may read, and there is no such file or folder here"
            .formatted(
                settings.endpoint(),
                of.kind() == Origin.Kind.SPACE ? "space" : "repository",
                of.id(),
                of.revision(),
                settings.token().isEmpty()
                    ? "everybody (for a private or gated one give HF_TOKEN)"
                    : "your HF_TOKEN"));
  }

  /** Empty where a file is not there; else the commit, where the server says it. */
  private Optional<Optional<String>> probed(String revision, String name) {
    return http.ask(
        "HEAD",
        address(revision, name),
        Map::of,
        () -> 0,
        r -> r.status() == 200 ? Optional.of(r.fact("x-repo-commit")) : Optional.empty());
  }

  private Optional<JsonNode> json(Reply r, URI address) throws IOException {
    // the hub answers 401 where it does not want to say that there is none
    if (r.status() == 401 || r.status() == 403) {
      throw absent();
    }
    if (Set.of(400, 404, 405, 501).contains(r.status())) {
      return Optional.empty();
    }
    if (r.status() != 200) {
      throw Refusal.of(address, r.status(), settings);
    }
    byte[] text = bounded(r, LONGEST_LIST, address);
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: not the hub's answer, expected JSON".formatted(address), e);
    }
  }

  /**
   * The weight files that an index names.
   *
   * @param index its name
   */
  Set<String> shards(String commit, String index) {
    URI address = address(commit, index);
    return http.ask(
        "GET",
        address,
        Map::of,
        () -> 0,
        r -> {
          if (r.status() != 200) {
            throw Refusal.of(address, r.status(), settings);
          }
          return WeightIndex.shards(address.toString(), bounded(r, LONGEST_INDEX, address));
        });
  }

  private byte[] bounded(Reply r, int most, URI address) throws IOException {
    try (Watch watch = new Watch(r.body(), settings.patience())) {
      byte[] text = watch.read(most + 1);
      if (text.length > most) {
        throw new HeadClipException(
            "%s: more than %s, expected a list of files".formatted(address, Sizes.text(most)));
      }
      return text;
    }
  }

  /** Where a file of a commit is. */
  URI address(String commit, String file) {
    return URI.create(
        "%s/%s%s/resolve/%s/%s"
            .formatted(settings.endpoint(), of.kind().path(), of.id(), commit, file));
  }

  /** Asks for a file's size and digest. */
  Facts facts(String commit, String file) {
    URI address = address(commit, file);
    return http.ask(
        "HEAD",
        address,
        Map::of,
        () -> 0,
        r -> {
          if (r.status() != 200) {
            throw Refusal.of(address, r.status(), settings);
          }
          String tag =
              r.fact("x-linked-etag")
                  .or(() -> r.fact("etag"))
                  .map(t -> t.replaceFirst("^W/", "").replace("\"", ""))
                  .filter(t -> t.matches("[0-9A-Za-z-]{8,128}"))
                  .orElseGet(() -> Keys.of(address.toString()));
          OptionalLong linked = r.number("x-linked-size");
          // of other servers a tag may be anything
          boolean stated = r.fact("x-linked-etag").or(() -> r.fact("x-repo-commit")).isPresent();
          return new Facts(
              tag,
              linked.isPresent() ? linked : r.length(),
              stated ? ContentDigest.ofTag(tag) : Optional.empty());
        });
  }
}
