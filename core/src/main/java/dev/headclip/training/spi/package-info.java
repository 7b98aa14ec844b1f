/**
 * What an engine does for learning: implementations are found with {@link java.util.ServiceLoader}.
 */
@dev.headclip.PublicApi
package dev.headclip.training.spi;
