package dev.headclip.server.internal.api;

import io.javalin.http.Handler;

/**
 * A method and a path that are answered; {@code openapi.json} has each of them.
 *
 * @param method GET, POST, PATCH, DELETE
 * @param path with {names} in braces
 */
public record Route(String method, String path, Handler handler) {}
