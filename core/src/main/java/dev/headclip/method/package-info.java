/**
 * What a method is: its settings, what it learns, its network cut by what each stage depends on,
 * its scoring; the adapter file that holds what was learned. No method in particular.
 */
@dev.headclip.PublicApi
package dev.headclip.method;
