/** How a server listens, what it serves, and what it takes on. */
@dev.headclip.PublicApi
package dev.headclip.server.settings;
