package dev.headclip.hub;

import java.util.Optional;

/**
 * Something that is published.
 *
 * @param name what users call it
 * @param kind a CLIP, or what was learned for one
 * @param origin where it is
 * @param about one line: what it is for
 * @param licence as its publisher states it; "not stated" where nothing is
 * @param bytes about how many there are to fetch; 0 for unknown
 * @param backbone of an adapter: the entry that it was learned with
 * @param preset of an adapter: the published configuration that goes with it
 */
public record CatalogueEntry(
    String name,
    Kind kind,
    Origin origin,
    String about,
    String licence,
    long bytes,
    Optional<String> backbone,
    Optional<String> preset) {
  /** No file of an entry may be larger than this many times what all of it should have. */
  private static final int SLACK = 2;

  /** Of what is in no catalogue; the largest open CLIPs have 20 GB. */
  private static final long LARGEST = 40_000_000_000L;

  /** What an entry is. */
  public enum Kind {
    BACKBONE,
    ADAPTER
  }

  public CatalogueEntry {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes is %d, expected 0 or more".formatted(bytes));
    }
  }

  /** The same from elsewhere. */
  CatalogueEntry from(Origin other) {
    return new CatalogueEntry(name, kind, other, about, licence, bytes, backbone, preset);
  }

  /** Most bytes that a file of it may have. */
  long limit() {
    return bytes == 0 ? LARGEST : SLACK * bytes;
  }
}
