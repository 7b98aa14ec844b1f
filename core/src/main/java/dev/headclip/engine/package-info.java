/** What computes a model: implementations are found with {@link java.util.ServiceLoader}. */
package dev.headclip.engine;
