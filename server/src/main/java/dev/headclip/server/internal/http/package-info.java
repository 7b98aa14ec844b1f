/** What every request goes through: who may ask, uploads, errors, events. */
package dev.headclip.server.internal.http;
