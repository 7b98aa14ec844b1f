/** Writing files so that a reader sees the old or the new one, never half of one. */
package dev.headclip.internal.files;
