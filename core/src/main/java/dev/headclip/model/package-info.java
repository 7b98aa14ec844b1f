/**
 * Models: a backbone with an adapter, or an exported file, opened once with all that is asked of
 * it.
 */
package dev.headclip.model;
