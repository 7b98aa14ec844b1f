/** The command line: one class a verb; results on stdout, progress and errors on stderr. */
package dev.headclip.app;
