/**
 * What an engine does for learning: implementations are found with {@link java.util.ServiceLoader}.
 */
package dev.headclip.training.spi;
