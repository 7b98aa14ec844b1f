/** Self-contained HTML reports with inline SVG: they open offline, in any browser. */
package dev.headclip.internal.report;
