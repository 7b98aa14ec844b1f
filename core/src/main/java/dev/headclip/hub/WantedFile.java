package dev.headclip.hub;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A file of a repository, or the first that it has of several.
 *
 * @param names in order of preference; {@code *.pt} stands for the only one that ends so
 * @param required whether the repository is of no use without it
 */
public record WantedFile(List<String> names, boolean required) {
  public WantedFile {
    names = List.copyOf(names);
    for (String n : names) {
      SafeNames.check(n.startsWith("*.") ? n.substring(1) : n);
    }
  }

  /** From {@code a|b}, with a {@code ?} behind it where it may be absent. */
  public static WantedFile parse(String text) {
    boolean required = !text.endsWith("?");
    String names = required ? text : text.substring(0, text.length() - 1);
    return new WantedFile(Arrays.asList(names.split("\\|")), required);
  }

  /** Which of a repository's files it is. */
  Optional<String> among(Collection<String> there) {
    for (String name : names) {
      if (name.startsWith("*.")) {
        List<String> found =
            there.stream().filter(t -> t.endsWith(name.substring(1)) && !t.contains("/")).toList();
        if (found.size() == 1) {
          return Optional.of(found.get(0));
        }
      } else if (there.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return String.join(" or ", names);
  }
}
