package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.detect.RegionSource;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Json;
import dev.headclip.server.internal.http.Uploads;
import io.javalin.http.Context;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The images that a request is about: sent with it, or uploaded before and named.
 *
 * @param images in their order
 * @param regions which of their pixels count
 * @param raw whether one was the body itself
 */
record GivenImages(List<ImageStore.Stored> images, RegionSource regions, boolean raw) {
  /** Which pages of files are images. */
  enum Pages {
    all,
    first;

    List<ImageStore.Stored> of(ImageStore store, List<ImageStore.Stored> files) {
      return this == all ? store.pages(files) : files;
    }
  }

  /** Does something with them; those that were sent with the request are forgotten then. */
  static void use(Services services, Context c, Pages pages, Consumer<GivenImages> work) {
    if (Uploads.isFiles(c)) {
      Uploads.Received got = services.uploads().read(c);
      try {
        List<ImageStore.Stored> images = pages.of(services.store(), got.images());
        work.accept(
            new GivenImages(images, regions(services, got), got.raw() && images.size() == 1));
      } finally {
        got.forget(services.store());
      }
      return;
    }
    JsonNode body = Json.body(c, Set.of("images", "ignore"));
    List<ImageStore.Stored> images = ImagesApi.named(services.store(), body.path("images"));
    services.store().hold(images);
    try {
      work.accept(
          new GivenImages(
              pages.of(services.store(), images), Regions.of(body.path("ignore")), false));
    } finally {
      services.store().release(images);
    }
  }

  /** Of a mask that came with images. */
  static RegionSource regions(Services services, Uploads.Received got) {
    return got.mask()
        .map(m -> services.rendered(() -> Regions.of(m, got.ignored(), services.loader())))
        .orElse(RegionSource.all());
  }
}
