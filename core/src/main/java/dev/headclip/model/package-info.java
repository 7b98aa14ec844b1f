/**
 * Models: a backbone with an adapter, or an exported file, opened once with all that is asked of
 * it.
 */
@dev.headclip.PublicApi
package dev.headclip.model;
