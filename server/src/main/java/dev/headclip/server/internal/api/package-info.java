/** The answers: each class a part of {@code openapi.json}. */
package dev.headclip.server.internal.api;
