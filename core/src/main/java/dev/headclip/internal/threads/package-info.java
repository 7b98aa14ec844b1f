/** Threads for pools. Not public API. */
package dev.headclip.internal.threads;
