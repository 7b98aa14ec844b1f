/** Text as people may see it. Not public API. */
package dev.headclip.internal.text;
