package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a job has to do.
 *
 * @param done images that are in the output already
 * @param slices that are committed one after the other
 */
record Work(int done, List<List<ImageFile>> slices) {
  /**
   * Of what is asked for and what is there.
   *
   * @param done identities of images whose results are there
   * @param slice images of one, at most; of batches, about
   * @param batched whether images are judged together: all of them, or those of a folder
   * @throws HeadClipException where a batch is there in part: it would be judged by another one
   */
  static Work of(
      List<ImageFile> images, Set<String> done, int slice, boolean batched, boolean byFolder) {
    Map<String, List<ImageFile>> groups = new TreeMap<>();
    int there = 0;
    for (ImageFile f : images) {
      String group = byFolder ? f.folder() : batched ? "all images" : f.path();
      groups.computeIfAbsent(group, g -> new ArrayList<>()).add(f);
      there += done.contains(f.identity()) ? 1 : 0;
    }
    List<List<ImageFile>> slices = new ArrayList<>();
    List<ImageFile> next = new ArrayList<>();
    for (Map.Entry<String, List<ImageFile>> e : groups.entrySet()) {
      List<ImageFile> group = e.getValue();
      long known = group.stream().filter(f -> done.contains(f.identity())).count();
      if (known == group.size()) {
        continue;
      }
      if (known > 0) {
        throw new HeadClipException(
            "%s: %d images are in the output already and %d are not; a batch is judged as a whole, name another output"
                .formatted(e.getKey(), known, group.size() - known));
      }
      if (!next.isEmpty() && next.size() + group.size() > slice) {
        slices.add(List.copyOf(next));
        next.clear();
      }
      next.addAll(group);
    }
    if (!next.isEmpty()) {
      slices.add(List.copyOf(next));
    }
    return new Work(there, List.copyOf(slices));
  }
}
