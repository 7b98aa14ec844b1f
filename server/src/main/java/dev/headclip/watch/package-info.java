/** Folders that images arrive in, scored as they come. */
@dev.headclip.PublicApi
package dev.headclip.watch;
