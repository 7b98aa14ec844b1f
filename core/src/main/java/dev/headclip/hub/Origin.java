package dev.headclip.hub;

import java.net.URI;
import java.util.List;

/** Where files are published. */
public sealed interface Origin {
  /**
   * A repository of Hugging Face's hub.
   *
   * @param kind a model's, or a demonstration's ("space")
   * @param id {@code owner/name}
   * @param revision a branch, a tag, or a commit
   * @param files wanted ones, see {@link WantedFile#parse}
   */
  record Repository(Kind kind, String id, String revision, List<WantedFile> files)
      implements Origin {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";

    public Repository {
      if (!id.matches(NAME + "(/" + NAME + ")?") || id.contains("..")) {
        throw new IllegalArgumentException("repository \"%s\", expected owner/name".formatted(id));
      }
      if (!revision.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}") || revision.contains("..")) {
        throw new IllegalArgumentException(
            "revision \"%s\", expected a branch, a tag or a commit".formatted(revision));
      }
      files = List.copyOf(files);
    }

    /** Whether the revision can never be another's files. */
    boolean isCommit() {
      return revision.matches(COMMIT);
    }
  }

  /** What makes it another: without the files that are wanted and their digests. */
  default String text() {
    return this instanceof Repository r
        ? r.kind().path() + r.id() + "@" + r.revision()
        : ((Web) this)
            .files().stream()
                .map(f -> f.address().toString())
                .collect(java.util.stream.Collectors.joining(" "));
  }

  /** Of a repository. */
  enum Kind {
    MODEL(""),
    SPACE("spaces/");

    private final String path;

    Kind(String path) {
      this.path = path;
    }

    /** What stands before the name in addresses of files. */
    String path() {
      return path;
    }
  }

  /**
   * Files at addresses of their own.
   *
   * @param files at least one
   */
  record Web(List<WebFile> files) implements Origin {
    public Web {
      files = List.copyOf(files);
      if (files.isEmpty()) {
        throw new IllegalArgumentException("no files, expected at least one");
      }
    }
  }

  /**
   * A file at an address.
   *
   * @param address http or https
   * @param name on this machine
   * @param sha256 in hexadecimal, or what is published of its beginning; empty where nothing is
   */
  record WebFile(URI address, String name, String sha256) {
    public WebFile {
      SafeNames.check(name);
      if (!("https".equals(address.getScheme()) || "http".equals(address.getScheme()))
          || address.getHost() == null
          || address.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "address %s, expected https://host/file without a name before the host"
                .formatted(address.getHost() == null ? address : address.getHost()));
      }
      if (!sha256.matches("([0-9a-f]{8,64})?")) {
        throw new IllegalArgumentException(
            "sha256 \"%s\", expected 8 to 64 hexadecimal digits".formatted(sha256));
      }
    }
  }

  /** What a commit looks like. */
  String COMMIT = "[0-9a-f]{40}";
}
