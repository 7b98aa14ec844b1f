/** What computes a model: implementations are found with {@link java.util.ServiceLoader}. */
@dev.headclip.PublicApi
package dev.headclip.engine;
