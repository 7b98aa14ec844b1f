/**
 * HeadCLIP over HTTP: REST, and the web page that uses it. {@link
 * dev.headclip.server.DetectionServer} is the entry; what is in {@code internal} answers requests.
 */
@dev.headclip.PublicApi
package dev.headclip.server;
