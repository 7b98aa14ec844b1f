package dev.headclip.server.internal.api;

import dev.headclip.server.internal.http.Query;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The web page: a closed list of files in the jar, so that no address is a path. */
final class Pages {
  private static final String FOLDER = "/headclip/web/";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final List<String> SCRIPTS =
      List.of(
          "app.js",
          "api.js",
          "dom.js",
          "draw.js",
          "gallery.js",
          "detail.js",
          "histogram.js",
          "teach.js",
          "model.js",
          "live.js",
          "docs.js");

  private final Map<String, byte[]> files = new LinkedHashMap<>();

  List<Route> routes() {
    List<Route> all = new ArrayList<>();
    all.add(page("/", "index.html", HTML));
    all.add(page("/docs", "docs.html", HTML));
    all.add(page("/openapi.json", "openapi.json", "application/json"));
    all.add(page("/favicon.ico", "icon.svg", "image/svg+xml"));
    all.add(page("/assets/style.css", "style.css", "text/css; charset=utf-8"));
    all.add(page("/assets/icon.svg", "icon.svg", "image/svg+xml"));
    SCRIPTS.forEach(s -> all.add(page("/assets/" + s, s, SCRIPT)));
    return all;
  }

  private Route page(String path, String file, String media) {
    byte[] bytes = files.computeIfAbsent(file, Pages::read);
    return new Route(
        "GET",
        path,
        c -> {
          revalidated(c);
          c.contentType(media).result(bytes);
        });
  }

  /** A new version is seen at once. */
  private static void revalidated(Context c) {
    Query.of(c);
    c.header("Cache-Control", "no-cache");
  }

  private static byte[] read(String file) {
    try (InputStream in = Pages.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
