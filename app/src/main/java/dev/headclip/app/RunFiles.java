package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.AdapterFile;
import dev.headclip.training.Trainer;
import dev.headclip.training.cache.CacheSettings;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a training, beside the adapter's. */
record RunFiles(Path out, Path checkpoints, Path cache, Path log, Path report) {
  static RunFiles beside(Path out) {
    String name = out.getFileName().toString();
    String stem = name.endsWith(".safetensors") ? name.substring(0, name.length() - 12) : name;
    return new RunFiles(
        out,
        out.resolveSibling(stem + ".checkpoints"),
        out.resolveSibling(stem + ".cache"),
        out.resolveSibling(stem + ".log.jsonl"),
        out.resolveSibling(stem + ".html"));
  }

  void requireWritable() {
    Path there = out.toAbsolutePath();
    if (Files.isDirectory(there)) {
      throw new HeadClipException("--out %s is a folder, expected a file".formatted(out));
    }
    Path parent = there.getParent();
    while (parent != null && !Files.exists(parent)) {
      parent = parent.getParent();
    }
    if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new HeadClipException("--out %s: folder is not writable".formatted(out));
    }
  }

  void requireNoUnfinishedRun() {
    if (Trainer.unfinished(checkpoints)) {
      throw new HeadClipException(
          "%s holds an unfinished run; add --resume to go on with it, or remove that folder to start anew"
              .formatted(checkpoints));
    }
  }

  /** Whether the adapter is there and of the same settings, data and backbone. */
  boolean holdsRun(String run) {
    if (!Files.isRegularFile(out)) {
      return false;
    }
    try {
      return AdapterFile.contents(out)
          .settings()
          .path("provenance")
          .path("run_digest")
          .asText()
          .equals(run);
    } catch (HeadClipException e) {
      return false;
    }
  }

  /** Removes what only an unfinished run needs. */
  void tidy(CacheSettings cached, boolean removeCache) {
    AtomicFiles.deleteTree(checkpoints);
    if (removeCache) {
      cached.remove();
    }
  }
}
