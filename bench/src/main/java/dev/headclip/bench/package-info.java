/** Measurements, side by side in one run, stored with machine, commit and settings. */
package dev.headclip.bench;
