/** Builds the packages; not published. */
package dev.headclip.dist;
