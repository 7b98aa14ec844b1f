package dev.headclip.method;

/**
 * What of an image stays the same while a method learns.
 *
 * @param key everything that its tensors depend on, but for image, backbone, image size and
 *     position embedding: runs of the same key share a cache
 * @param description one sentence for logs
 */
public record FrozenPart(String key, String description) {}
