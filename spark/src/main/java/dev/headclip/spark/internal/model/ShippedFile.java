package dev.headclip.spark.internal.model;

import java.io.Serializable;

/**
 * A file of a model, as the driver saw it.
 *
 * @param name below the model's folder on a host, with forward slashes; absolute where it stays
 *     where it is
 * @param size bytes
 * @param sha256 of the content, hex
 * @param uri where hosts read it from; empty where it travels with the job
 */
record ShippedFile(String name, long size, String sha256, String uri) implements Serializable {
  boolean carried() {
    return uri.isEmpty();
  }

  /** Whether hosts use it where it lies, on a file system that they share. */
  boolean inPlace() {
    return name.startsWith("/");
  }
}
