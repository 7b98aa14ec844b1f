/** Results as text, lines of JSON, CSV and COCO: the same for every caller. */
@dev.headclip.PublicApi
package dev.headclip.results;
