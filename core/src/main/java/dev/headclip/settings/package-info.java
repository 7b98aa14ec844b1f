/**
 * Settings declared once: a record component with a {@link dev.headclip.settings.Setting}. JSON,
 * YAML, flags, help, messages and copies with a change come from it through {@link
 * dev.headclip.settings.Schema}.
 */
@dev.headclip.PublicApi
package dev.headclip.settings;
