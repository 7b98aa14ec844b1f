package dev.headclip.watch;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a folder is watched.
 *
 * @param folder that images arrive in, searched in depth
 * @param out where results go; may lie inside the folder, and is not searched then
 * @param sort what becomes of images that were scored
 * @param settle how long a file must not have changed before it is read
 * @param patience how long a file that cannot be decoded may still be on its way
 */
public record WatchSettings(Path folder, Path out, Sort sort, Duration settle, Duration patience) {
  /** What becomes of an image. */
  public enum Sort {
    /** It stays. */
    none,
    /** Into OUT/anomalous, OUT/normal or OUT/failed. */
    move,
    /** Its result beside it, NAME.headclip.json. */
    tag
  }

  public WatchSettings {
    folder = folder.toAbsolutePath().normalize();
    out = out.toAbsolutePath().normalize();
    if (folder.startsWith(out)) {
      throw new HeadClipException(
          "%s: the watched folder lies inside it; name another --out".formatted(out));
    }
    if (settle.isNegative() || settle.isZero()) {
      throw new SettingException("settle", settle.toMillis() / 1e3, "seconds above 0");
    }
  }

  /** Half a second without change, ten for files that come slowly. */
  public static WatchSettings of(Path folder, Path out, Sort sort) {
    return new WatchSettings(folder, out, sort, Duration.ofMillis(500), Duration.ofSeconds(10));
  }
}
