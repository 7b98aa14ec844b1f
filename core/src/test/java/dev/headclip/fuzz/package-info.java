/**
 * Mutated files against everything that reads files: no crash, no hang, no memory beyond what the
 * file is worth, and nothing wrong accepted. A short run is part of every build, a long one is the
 * profile {@code fuzz}.
 */
package dev.headclip.fuzz;
